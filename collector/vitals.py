"""The health of one of the server's own processes as points: memory, processor, age."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import psutil

from collector import lineprotocol
from collector.influx import Refused, Unavailable
from collector.lineprotocol import Point

if TYPE_CHECKING:
    from collector.clock import Clock
    from collector.influx import Influx

EVERY = 60.0  # seconds between two points
FIRST = 0.2  # seconds from the start to the first: of no time at all the share of a processor says nothing


class Vitals:
    """Of the process that makes it. `name` is its command; of ingest with the worker, such as ingest-1."""

    def __init__(self, name: str, clock: Clock) -> None:
        self._name = name
        self._clock = clock
        self._process = psutil.Process()
        self._began = clock.monotonic()
        self._due = self._began + FIRST
        self._process.cpu_percent()  # the first call only begins to count

    def lines(self) -> list[str]:
        """The line to write where one is due, stamped in whole seconds; otherwise nothing."""
        now = self._clock.monotonic()
        if now < self._due:
            return []
        self._due = now + EVERY
        return [lineprotocol.encode(self.point(int(self._clock.wall().timestamp())))]

    def write(self, influx: Influx) -> None:
        """Write what is due. A database that takes nothing misses a point: whoever needs it says so itself."""
        lines = self.lines()
        if lines:
            with contextlib.suppress(Unavailable, Refused):
                influx.write(lines)

    def point(self, epoch: int) -> Point:
        """The measurement `process` at a moment in epoch seconds."""
        fields: dict[str, lineprotocol.Value] = {
            "rss": self._process.memory_info().rss,
            "cpu": self._process.cpu_percent(),
            "uptime": int(self._clock.monotonic() - self._began),
        }
        return Point("process", {"process": self._name}, fields, epoch)
