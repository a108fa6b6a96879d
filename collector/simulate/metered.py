"""A PC's spool, watched: when each message left for the first time, and when ingest had it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from collector.clock import Clock, Instant
    from collector.simulate.spool import Spooling
    from collector.simulate.tally import Histogram, Tally
    from collector.wire import Frame


class Metered:
    """Stands between a delivery and its spool. `settled` says whether the whole fleet was connected."""

    def __init__(
        self, spool: Spooling, tally: Tally, clock: Clock, settled: Callable[[], bool] = lambda: True
    ) -> None:
        self.stream = spool.stream
        self.newest = spool.newest
        self.oldest = spool.oldest
        self.stamp = spool.stamp
        self._spool = spool
        self._tally = tally
        self._clock = clock
        self._settled = settled
        self.waits_until = 0  # the last number of the backlog that the PC was given at first
        # Number -> when it left, and whether as it happened; None: with a connection that broke.
        self._under_way: dict[int, tuple[float, bool] | None] = {}
        self._numbered: dict[int, float] = {}  # when; since all were connected

    def append(self, lines: Sequence[str], at: Instant) -> int:
        n = self._spool.append(lines, at)
        self._tally.numbered += 1
        if self._settled():
            self._numbered[n] = self._clock.monotonic()
        return n

    def frames(self, numbers: Iterable[int]) -> list[Frame]:
        numbers = list(numbers)
        now = self._clock.monotonic()
        live = numbers == [self._spool.next_n - 1]
        for n in numbers:
            if n in self._under_way:
                self._tally.resent += 1
            if self._under_way.get(n) is None:
                self._under_way[n] = (now, live and n not in self._under_way)
        return self._spool.frames(numbers)

    def forget(self, numbers: Iterable[int]) -> int:
        numbers = list(numbers)
        now = self._clock.monotonic()
        for n in numbers:
            numbered = self._numbered.pop(n, None)
            if numbered is not None:
                self._tally.age.add(now - numbered)
            if n not in self._under_way:
                continue
            self._tally.waiting -= n <= self.waits_until
            left = self._under_way.pop(n)
            if left is not None:
                since, live = left
                self._kind(live=live).add(now - since)
        gone = self._spool.forget(numbers)
        self._tally.acknowledged += gone
        return gone

    def _kind(self, *, live: bool) -> Histogram:
        if not live:
            return self._tally.backlog
        return self._tally.live if self._settled() else self._tally.settling

    def disconnected(self) -> None:
        """What was under way is backlog from now on: an outage is no latency."""
        self._under_way = dict.fromkeys(self._under_way)
