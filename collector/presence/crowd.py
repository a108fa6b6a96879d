"""How many vanished at about the same moment: what hits many at once has one cause, and it is none of theirs."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True)
class Measure:
    """From how many venues on they are many: a share of those alive then, and never fewer than `least`."""

    share: float
    least: int

    def met(self, count: int, alive: int) -> bool:
        return count >= max(self.least, math.ceil(self.share * alive))


# Venues that are gone as a whole. By chance, with each of 3,000 venues cut off once a day, some six are gone
# within three minutes; an ISP with a fiftieth of the venues is seen. In one commune half of them tell of its power.
PROVINCE = Measure(0.02, 5)
COMMUNE = Measure(0.5, 3)
# Venues of which some PC is gone while others are heard. One PC in two switched off hard once a day makes
# ten a minute, more at closing time; a faulty release of the agent takes nearly all.
PARTS = Measure(0.1, 5)


@dataclass
class Crowd:
    """`events` are moments (epoch seconds) at which something of a venue vanished: moment and venue.

    `newest` is each venue's newest message of any PC: it was alive until then.
    """

    events: Iterable[tuple[int, str]]
    newest: Mapping[str, int]
    places: Mapping[str, str]
    together: float
    _counted: dict[int, tuple[int, int, Counter[str], Counter[str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._events = sorted(self.events)
        self._moments = [at for at, _ in self._events]
        self._alive = sorted((at, venue) for venue, at in self.newest.items())

    def many(self, at: int, venue: str, province: Measure, commune: Measure | None = None) -> bool:
        """Whether many venues, of all or of this one's place, lost something around a moment."""
        gone, alive, gone_there, alive_there = self._count(at)
        if province.met(gone, alive):
            return True
        place = self.places[venue]
        return commune is not None and commune.met(gone_there[place], alive_there[place])

    def _count(self, at: int) -> tuple[int, int, Counter[str], Counter[str]]:
        if at not in self._counted:
            low = bisect_left(self._moments, at - self.together)
            high = bisect_right(self._moments, at + self.together)
            gone = {venue for _, venue in self._events[low:high]}
            alive = self._alive[bisect_left(self._alive, (int(at - self.together), "")) :]
            self._counted[at] = (
                len(gone),
                len(alive),
                Counter(self.places[venue] for venue in gone),
                Counter(self.places[venue] for _, venue in alive),
            )
        return self._counted[at]
