"""What presence writes each minute beside its verdicts: who is not observed, venues, places, the registry, the disks."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING

from collector import register
from collector.disks import Disks
from collector.influx import Unavailable
from collector.presence.points import MINUTE, unobserved
from collector.presence.tallies import by_venue, coverage, venues

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from collector.lineprotocol import Point
    from collector.presence.facts import Key
    from collector.roster import Roster

log = logging.getLogger(__name__)

LATELY = (
    300  # seconds: a stranger that spoke within them is there; it has a point each minute while it speaks
)
REGISTER_EVERY = 600  # seconds; it changes with the roster and with the day alone


class Beside:
    """`strangers` are asked by a moment in epoch seconds: who spoke later and stood in no registry."""

    def __init__(self, strangers: Callable[[int], Iterable[Key]], folders: Sequence[Path] = ()) -> None:
        self._strangers = strangers
        self._disks = Disks(folders)
        self._roster: Roster | None = None
        self._register_at = 0
        self._failing = False

    def points(self, roster: Roster, presence: Sequence[Point], now: int) -> Iterator[Point]:
        """`presence` are the points of this minute."""
        stamp = now // MINUTE * MINUTE
        tallies = by_venue(presence)
        yield from unobserved(presence)
        yield from venues(tallies, self._lately(roster, now), stamp)
        yield from coverage(tallies, stamp)
        yield from self._disks.points(stamp)
        if self._is_due(roster, now):
            yield from register.points(roster, stamp)

    def written(self, roster: Roster, now: int) -> None:
        """The database has them: the register is said again when it changes, or later."""
        if self._is_due(roster, now):
            self._roster, self._register_at = roster, now

    def _is_due(self, roster: Roster, now: int) -> bool:
        return roster is not self._roster or now - self._register_at >= REGISTER_EVERY

    def _lately(self, roster: Roster, now: int) -> Mapping[str, int] | None:
        """How many of each venue. None where the database does not say: no reason to lose the verdicts."""
        try:
            found = self._strangers(now - LATELY)
        except Unavailable as fault:
            if not self._failing:
                log.warning("strangers cannot be counted: %s", fault)
            self._failing = True
            return None
        self._failing = False
        # Who was registered meanwhile is a stranger no more, though he was one some minutes ago.
        known = roster.by_id
        return Counter(venue for venue, pc in found if venue in known and pc not in known[venue].pcs)
