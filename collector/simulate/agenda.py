"""Who is due next: a heap of moments, so that a turn looks only at those whose moment has come."""

from __future__ import annotations

import heapq
import math
from itertools import count
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator


class Due(Protocol):
    """`due` is the agenda's own note: the earliest moment at which it will be called; at first infinite."""

    due: float


Who = TypeVar("Who", bound=Due)


class Agenda(Generic[Who]):
    """Moments in seconds of whatever clock the caller reads."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Who]] = []
        self._order = count()

    def call(self, who: Who, at: float) -> None:
        """Call `who` at that moment at the latest. What stands later is called too early rather than removed."""
        if at < who.due:
            who.due = at
            heapq.heappush(self._heap, (at, next(self._order), who))

    def take(self, now: float) -> Iterator[Who]:
        """All that are due; whoever is to be called again must say so."""
        while self._heap and self._heap[0][0] <= now:
            at, _, who = heapq.heappop(self._heap)
            if at == who.due:  # else an earlier call has come since
                who.due = math.inf
                yield who

    def next(self) -> float:
        return self._heap[0][0] if self._heap else math.inf
