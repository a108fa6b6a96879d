"""When who may connect: so many a second, and not too many at once, whoever else wants to."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collector.simulate.pc import SimulatedPC

_AT_ONCE = 64  # the broker's queue of new connections holds 100
_MADE_UP = 0.1  # seconds of the ramp that may be caught up with at once


class Dialler:
    """First come, first served. Whoever was taken must be `done`, however it ended."""

    def __init__(self, a_second: float) -> None:
        self._rate = a_second
        self._waiting: deque[SimulatedPC] = deque()
        self._under_way: set[SimulatedPC] = set()
        self._allowed = 1.0
        self._since = -math.inf

    def add(self, pc: SimulatedPC) -> None:
        self._waiting.append(pc)

    def take(self, now: float) -> Iterator[SimulatedPC]:
        """Those who may connect now."""
        most = max(1.0, self._rate * _MADE_UP)
        self._allowed = min(most, self._allowed + (now - self._since) * self._rate)
        self._since = now
        while self._waiting and self._allowed >= 1 and len(self._under_way) < _AT_ONCE:
            self._allowed -= 1
            pc = self._waiting.popleft()
            self._under_way.add(pc)
            yield pc

    def next(self, now: float) -> float:
        """The moment from which `take` may have somebody; who is done by then is not known."""
        if not self._waiting or len(self._under_way) >= _AT_ONCE:
            return math.inf
        return now + max(0.0, 1 - self._allowed) / self._rate

    def done(self, pc: SimulatedPC) -> None:
        self._under_way.discard(pc)
