"""What a fleet did, in numbers that can be added up over processes: counters, and latencies in a compact histogram."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

_GROWTH = math.log(1.02)  # from one bucket to the next: a quantile is good to 1 %
_SMALLEST = 1e-4  # seconds
_SHARES = (0.5, 0.9, 0.99, 0.999, 1.0)


class Histogram:
    """Durations in seconds, by buckets 2 % wide: a dozen hours fit into a thousand of them."""

    def __init__(self, buckets: Mapping[int, int] | None = None) -> None:
        self.buckets: Counter[int] = Counter(buckets or {})

    def add(self, seconds: float, times: int = 1) -> None:
        self.buckets[round(math.log(max(seconds, _SMALLEST) / _SMALLEST) / _GROWTH)] += times

    def __len__(self) -> int:
        return self.buckets.total()

    def __add__(self, other: Histogram) -> Histogram:
        return Histogram(self.buckets + other.buckets)

    def quantile(self, share: float) -> float | None:
        """None where nothing was added."""
        left = share * len(self)
        for bucket, times in sorted(self.buckets.items()):
            left -= times
            if left <= 0:
                return _SMALLEST * math.exp(bucket * _GROWTH)
        return None


@dataclass
class Tally:
    """`live`: what was sent as it happened; `backlog`: what had waited, or was under way when a connection broke.

    Both from the first time that a message was handed to the connection until the server's answer.
    `settling` is `live` until the whole fleet was connected for the first time. `age` is of all that was numbered
    since then, from its number to the answer: it holds what a PC waited before it sent.
    """

    pcs: int = 0
    connected: int = 0
    connects: int = 0
    disconnects: int = 0
    refused_connects: int = 0
    numbered: int = 0
    acknowledged: int = 0
    queued: int = 0
    dropped: int = 0
    resent: int = 0
    waiting: int = 0  # of the backlog that the PCs were given at first
    denied: int = 0  # by the broker: another venue's topic
    refusals: int = 0  # by ingest: payloads of which it took nothing
    settling: Histogram = field(default_factory=Histogram)
    live: Histogram = field(default_factory=Histogram)
    backlog: Histogram = field(default_factory=Histogram)
    age: Histogram = field(default_factory=Histogram)

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    def as_json(self) -> dict[str, Any]:
        """Counters as they are, histograms with the figures that one looks for."""
        return {each.name: _out(getattr(self, each.name)) for each in fields(self)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        return cls(**{name: _in(value) for name, value in values.items()})


def _out(value: int | Histogram) -> Any:
    if isinstance(value, int):
        return value
    figures = {f"p{100 * share:g}": value.quantile(share) for share in _SHARES}
    rounded = {name: None if seconds is None else round(seconds, 4) for name, seconds in figures.items()}
    return {"count": len(value), **rounded, "buckets": dict(sorted(value.buckets.items()))}


def _in(value: Any) -> Any:
    if isinstance(value, int):
        return value
    return Histogram({int(bucket): times for bucket, times in value["buckets"].items()})
