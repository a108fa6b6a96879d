"""The agent's own measurement: what it costs the PC, what it still holds, and what went wrong."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

import psutil

from collector.lineprotocol import Point

if TYPE_CHECKING:
    from collector.clock import Clock


class Health:
    """Counts from its construction, which is the agent's start."""

    def __init__(self, clock: Clock, version: str | None = None) -> None:
        self._clock = clock
        self._version = _release() if version is None else version
        self._process = psutil.Process()
        self._started = self._last = clock.monotonic()
        self._used = self._cpu_seconds()

    def point(
        self,
        *,
        stream: str,
        n: int,
        queued: int,
        queued_bytes: int,
        dropped: int,
        resent: int,
        errors: int,
    ) -> Point:
        """The line that each message carries; `clock` is set by whoever stamps the message."""
        now, used = self._clock.monotonic(), self._cpu_seconds()
        share = busy_share(used - self._used, now - self._last)
        self._last, self._used = now, used
        return Point(
            "agent",
            {},
            {
                "stream": stream,
                "n": n,
                "version": self._version,
                "uptime": int(now - self._started),
                "queued": queued,
                "queued_bytes": queued_bytes,
                "dropped": dropped,
                "resent": resent,
                "errors": errors,
                "rss": self._process.memory_info().rss,
                "cpu": share,
            },
        )

    def _cpu_seconds(self) -> float:
        times = self._process.cpu_times()
        return times.user + times.system


def busy_share(used: float, passed: float) -> float:
    """Percent of one core, to a hundredth; 0 where no time has passed."""
    return round(max(0.0, used) / passed * 100, 2) if passed > 0 else 0.0


def _release() -> str:
    try:
        return metadata.version("quannet")
    except metadata.PackageNotFoundError:  # run from a bare folder
        return "unknown"
