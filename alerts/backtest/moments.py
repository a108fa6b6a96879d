"""The moments at which a rule is evaluated over a period, by number: Grafana's ticks, put off by the phase."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector.clock import at_second

if TYPE_CHECKING:
    from datetime import datetime, timedelta


@dataclass(frozen=True)
class Moments:
    """`first` and `interval` in whole epoch seconds."""

    first: int
    interval: int
    count: int

    def second(self, number: int) -> int:
        return self.first + number * self.interval

    def at(self, number: int) -> datetime:
        return at_second(self.second(number))


def moments(start: datetime, end: datetime, interval: timedelta, phase: timedelta) -> Moments:
    """The multiples of the interval plus the phase within [start, end)."""
    every = int(interval.total_seconds())
    offset = int(phase.total_seconds()) % every
    since, until = int(start.timestamp()), int(end.timestamp())
    first = since + (offset - since) % every
    return Moments(first, every, max(0, -((first - until) // every)))
