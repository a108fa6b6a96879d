"""PCs that speak with a venue's credentials and stand in no registry: a finding, and bounded in number."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from collector.clock import at_second, local
from collector.lineprotocol import Point

if TYPE_CHECKING:
    from collector.roster import Roster

EVERY = 60.0  # seconds between two points of a PC
NAMES = 20  # of one venue; whoever invents more is counted together
OTHERS = "others"


class Strangers:
    """Counted between two asks, by venue and by the name that the PC gives itself."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {}
        self._known: dict[str, set[str]] = {}  # names that a venue has used up

    def add(self, venue: str, pc: str, messages: int) -> None:
        known = self._known.setdefault(venue, set())
        if pc not in known and len(known) >= NAMES:
            pc = OTHERS
        else:
            known.add(pc)
        self._counts.setdefault(venue, Counter())[pc] += messages

    def points(self, roster: Roster, epoch: int) -> list[Point]:
        """What came since it was last asked; nothing of a venue that the registry does not know today."""
        counts, self._counts = self._counts, {}
        day = local(at_second(epoch)).date()
        points = []
        for name, messages in sorted(counts.items()):
            span = roster.span_of(name, day)
            if span is None:
                continue
            tags = {"venue": name, "place": span.place, "class": span.klass}
            points += [
                Point("unregistered", {**tags, "pc": pc}, {"messages": count}, epoch)
                for pc, count in sorted(messages.items())
            ]
        return points
