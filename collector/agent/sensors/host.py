"""The PC's load: shares of processor, memory and disk, and what went over its networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import psutil

from collector.lineprotocol import Point

if TYPE_CHECKING:
    from collections.abc import Mapping

    from collector.agent.blocklist.lists import Lists
    from collector.agent.config import Settings
    from collector.agent.platform import Platform
    from collector.clock import Instant
    from collector.lineprotocol import Value

# Linux counts a guest's time in `user` as well; counted once is enough.
_COUNTED_TWICE = frozenset({"guest", "guest_nice"})
_NOT_BUSY = frozenset({"idle", "iowait"})


class Traffic(NamedTuple):
    """Bytes over one network interface since it came up."""

    sent: int
    received: int


class HostSensor:
    """Shares and bytes are of the time between two samples, so that the first one lacks them."""

    name = "host"

    def __init__(self, platform: Platform, every: float) -> None:
        self.every = every
        self._platform = platform
        self._cpu: dict[str, float] | None = None
        self._traffic: dict[str, Traffic] | None = None

    @classmethod
    def build(cls, settings: Settings, platform: Platform, _lists: Lists) -> HostSensor:
        return cls(platform, settings.interval)

    def sample(self, now: Instant) -> list[Point]:
        cpu: dict[str, float] = psutil.cpu_times()._asdict()
        traffic = _traffic()
        fields: dict[str, Value] = {
            "memory": float(psutil.virtual_memory().percent),
            "disk": float(self._platform.disk_share()),
            # The system keeps its start on the wall clock and moves it with that clock.
            "uptime": max(0, int(now.wall - psutil.boot_time())),
        }
        if self._cpu is not None and (share := busy_share(self._cpu, cpu)) is not None:
            fields["cpu"] = share
        if self._traffic is not None:
            moved = traffic_since(self._traffic, traffic)
            fields["sent"], fields["received"] = moved
        self._cpu, self._traffic = cpu, traffic
        return [Point(self.name, {}, fields)]


def busy_share(before: Mapping[str, float], after: Mapping[str, float]) -> float | None:
    """Percent of all cores' time that was not idle; None where no time has passed.

    A single counter may run backwards (Linux's iowait does): it then counts as standing still.
    """
    passed = {
        key: max(0.0, value - before.get(key, value))
        for key, value in after.items()
        if key not in _COUNTED_TWICE
    }
    total = sum(passed.values())
    busy = total - sum(passed.get(key, 0.0) for key in _NOT_BUSY)
    return round(min(100.0, busy / total * 100), 1) if total > 0 else None


def traffic_since(before: Mapping[str, Traffic], after: Mapping[str, Traffic]) -> Traffic:
    """Bytes moved between two readings. An interface that is new, or began anew, counts from 0."""
    sent = received = 0
    for interface, new in after.items():
        old = before.get(interface, Traffic(0, 0))
        if new.sent < old.sent or new.received < old.received:
            old = Traffic(0, 0)
        sent += new.sent - old.sent
        received += new.received - old.received
    return Traffic(sent, received)


def _traffic() -> dict[str, Traffic]:
    counters = psutil.net_io_counters(pernic=True, nowrap=False)
    return {
        interface: Traffic(count.bytes_sent, count.bytes_recv)
        for interface, count in counters.items()
        if interface != "lo" and not interface.startswith("Loopback")  # what never leaves the PC
    }
