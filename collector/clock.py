"""The only place that asks the system for the time; and the agent's clock that trusts the server instead."""

from __future__ import annotations

import sys
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Protocol

# Vietnam has kept UTC+7 without daylight saving since 1975; a fixed offset needs no time zone
# database, which Windows does not have.
LOCAL = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Instant:
    """One moment as a PC knows it: `mono` seconds since some point of this boot, `wall` epoch seconds."""

    boot: str
    mono: float
    wall: float


class Clock(Protocol):
    """What a part needs of time; given as an argument, so that tests hold it."""

    def wall(self) -> datetime:
        """Now, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never jump, for durations; goes on counting while the machine sleeps."""
        ...

    def instant(self) -> Instant: ...


class SystemClock:
    """The machine's own clocks."""

    def __init__(self) -> None:
        self.boot = _boot_id()

    def wall(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        if sys.platform == "linux":  # there time.monotonic() stands still in suspend
            return time.clock_gettime(time.CLOCK_BOOTTIME)
        return time.monotonic()

    def instant(self) -> Instant:
        return Instant(self.boot, self.monotonic(), time.time())


class FrozenClock:
    """A clock that moves only when told to; `set_wall` is what a cheating user does."""

    def __init__(self, wall: datetime, mono: float = 1000.0, boot: str = "boot-1") -> None:
        self._wall = wall.astimezone(UTC)
        self._mono = mono
        self.boot = boot

    def advance(self, seconds: float) -> None:
        self._wall += timedelta(seconds=seconds)
        self._mono += seconds

    def set_wall(self, wall: datetime) -> None:
        self._wall = wall.astimezone(UTC)

    def wall(self) -> datetime:
        return self._wall

    def monotonic(self) -> float:
        return self._mono

    def instant(self) -> Instant:
        return Instant(self.boot, self._mono, self._wall.timestamp())


class TrustedClock:
    """Server time from monotonic time. Acks carry the server's clock; setting the PC's changes nothing.

    An ack that left at `sent` and came back at `received` (monotonic seconds) was written somewhere
    between: the middle is the estimate, half the round trip its error. An old estimate grows worse by
    what a quartz may drift, so that a fresh, slightly slower round trip can replace it.
    """

    DRIFT = 100e-6  # seconds a second; a PC's crystal is within 100 ppm

    def __init__(self) -> None:
        self._offset: float | None = None
        self._error = 0.0
        self._taken = 0.0

    def observe(self, server_ms: int, sent: float, received: float) -> None:
        """Take one ack's server time (epoch milliseconds) into account."""
        error = max(0.0, received - sent) / 2
        if self._offset is None or error <= self._error + (received - self._taken) * self.DRIFT:
            self._offset = server_ms / 1000 - (sent + received) / 2
            self._error = error
            self._taken = received

    @property
    def synchronised(self) -> bool:
        """Whether an ack has come in this boot."""
        return self._offset is not None

    def epoch(self, mono: float) -> float:
        """Server time, epoch seconds, at a monotonic moment of this boot. LookupError before the first ack."""
        if self._offset is None:
            raise LookupError("not yet synchronised with the server")
        return self._offset + mono


def _boot_id() -> str:
    try:
        return _BOOT_ID.read_text("ascii").strip()
    except OSError:
        # Without the system's id each start counts as a boot: samples that were never
        # synchronised then keep the PC's clock, flagged, which claims less and not more.
        return str(uuid.uuid4())


def at_second(epoch: float) -> datetime:
    """Epoch seconds as an aware datetime in UTC."""
    return datetime.fromtimestamp(epoch, UTC)


def midnight(day: date) -> datetime:
    """The moment at which a local day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=LOCAL)


def local(moment: datetime) -> datetime:
    """The same moment on the province's clock."""
    return moment.astimezone(LOCAL)
