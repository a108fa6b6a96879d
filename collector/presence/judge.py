"""The verdict on every registered PC, from what is known at one moment. Pure."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from collector import wire
from collector.presence import facts
from collector.presence.crowd import COMMUNE, PARTS, PROVINCE, Crowd
from collector.presence.facts import Seen, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from collector.presence.facts import Key, Ours, Times

_NOTHING = Seen(None)


class Judge:
    """One round. `venues` are ids with their place and registered PCs; `standing` are the verdicts that stood."""

    def __init__(
        self,
        venues: Sequence[tuple[str, str, tuple[str, ...]]],
        seen: Mapping[Key, Seen],
        ours: Ours,
        standing: Mapping[Key, Verdict],
        now: int,
        times: Times,
    ) -> None:
        self._venues = venues
        self._seen = seen
        self._ours = ours
        self._standing = standing
        self._now = now
        self._times = times
        self._newest: dict[str, int] = {}
        for venue, _, pcs in venues:
            lasts = [last for pc in pcs if (last := self._of(venue, pc).last) is not None]
            if lasts:
                self._newest[venue] = max(lasts)

    def questions(self) -> list[Key]:
        """PCs of which the neighbours' messages are to be asked: gone, not yet judged, and others were heard
        for long enough afterwards.
        """
        return [
            (venue, pc)
            for venue, pc in self._keys()
            if self._open(venue, pc) and self._newest[venue] - self._last(venue, pc) >= self._times.ahead
        ]

    def verdicts(self, alone: Mapping[Key, bool]) -> dict[Key, Verdict]:
        """`alone` answers the questions: whether the neighbours prove that it vanished alone. A question may
        stay without an answer for now.
        """
        return {
            (venue, pc): self._verdict(venue, pc, alone=alone.get((venue, pc))) for venue, pc in self._keys()
        }

    def _verdict(self, venue: str, pc: str, *, alone: bool | None) -> Verdict:
        """1. A fresh message, and no goodbye after it: it is heard, whatever else the broker says (a will may be
           older than the reconnection).
        2. We do not see at this moment: unknown, whatever stood.
        3. Never seen: unknown.
        4. It said goodbye after its last message: closed.
        5. It was judged when it vanished: that stands until it is heard again.
        6. Otherwise it is judged now.
        """
        seen = self._of(venue, pc)
        last, stood = seen.last, self._stood(venue, pc)
        if last is not None and self._fresh(last) and not seen.closed:
            return _heard(seen, last)
        if self._ours.cause:
            return Verdict("unknown", self._ours.cause, last)
        if last is None:
            return Verdict("unknown", facts.NEVER_SEEN, None)
        if seen.closed:
            return Verdict("closed", facts.SAID_GOODBYE, last)
        return (
            self._vanished(venue, seen, last, alone=alone)
            if stood is None
            else self._go_on(venue, stood, last)
        )

    def _vanished(self, venue: str, seen: Seen, last: int, *, alone: bool | None) -> Verdict:  # noqa: PLR0911 - one a case
        """A PC that is gone and was not judged yet.

        1. We do not know the last words of all: nobody is judged.
        2. It vanished during an outage of ours, or nobody knows any more whether it said goodbye.
        3. A neighbour was heard without a break: it vanished alone, and is silent; unless many venues lost
           PCs in this way at the same time.
        4. Neighbours are heard, but not without a break: nothing is proved.
        5. Nobody of its venue is heard any more: dark, unless many venues went with it, or it was we.
        6. Not decidable yet.
        """
        times, newest = self._times, self._newest[venue]
        if not self._ours.hears:
            return Verdict("unknown", facts.BROKER_GONE, last)
        if seen.status is None or self._excused(last):
            return Verdict("unknown", facts.OUR_OUTAGE, last)
        if alone:
            if self._parts.many(last, venue, PARTS):
                return Verdict("unknown", facts.MANY_LOST, last)
            return Verdict("silent", facts.LOST if seen.status == wire.LOST else facts.NO_MESSAGE, last)
        if alone is False and newest >= last + times.settled:
            return Verdict("unknown", facts.NOT_BACK, last)
        if self._now - newest >= times.dark_after and (alone is False or newest < last + times.ahead):
            if self._excused(newest):
                return Verdict("unknown", facts.OUR_OUTAGE, last)
            return self._dark(venue, last)
        return Verdict("unknown", facts.WAITING, last)

    def _go_on(self, venue: str, stood: Verdict, last: int) -> Verdict:
        """What becomes of a standing verdict: who vanished with all others and does not come back with them may
        have been switched off meanwhile; and a wave may turn out wider than it looked.
        """
        newest = self._newest[venue]
        together = stood.cause in {facts.VENUE_GONE, facts.MANY_GONE, facts.OUR_OUTAGE}
        if together and self._fresh(newest) and newest >= last + self._times.ahead:
            return Verdict("unknown", facts.NOT_BACK, last)
        return self._dark(venue, last) if stood.cause == facts.VENUE_GONE else stood

    def _dark(self, venue: str, last: int) -> Verdict:
        if self._whole.many(self._newest[venue], venue, PROVINCE, COMMUNE):
            return Verdict("unknown", facts.MANY_GONE, last)
        return Verdict("dark", facts.VENUE_GONE, last)

    def _open(self, venue: str, pc: str) -> bool:
        """It is gone and nothing is decided: the moment to judge it, unless we do not see."""
        seen = self._of(venue, pc)
        gone = seen.last is not None and not seen.closed and not self._fresh(seen.last)
        settled = self._stood(venue, pc) is not None or seen.status is None
        return (
            gone
            and not settled
            and not self._ours.cause
            and self._ours.hears
            and not self._excused(seen.last or 0)
        )

    def _excused(self, moment: int) -> bool:
        before, after = self._times.excused_before, self._times.excused_after
        return any(o.begin - before <= moment <= o.end + after for o in self._ours.outages)

    @cached_property
    def _whole(self) -> Crowd:
        """Venues of which nobody is heard any more, and some of whose PCs vanished at its end."""
        events = {
            (self._newest[venue], venue)
            for venue, pc in self._missing
            if self._now - self._newest[venue] > self._times.missing_after
            and self._newest[venue] - self._last(venue, pc) < self._times.ahead
        }
        return self._crowd(events)

    @cached_property
    def _parts(self) -> Crowd:
        """Venues that lost a PC, whether others are heard or not."""
        return self._crowd({(self._last(venue, pc), venue) for venue, pc in self._missing})

    def _crowd(self, events: set[tuple[int, str]]) -> Crowd:
        places = {venue: place for venue, place, _ in self._venues}
        return Crowd(events, self._newest, places, self._times.together)

    @cached_property
    def _missing(self) -> list[Key]:
        """PCs that may be going or are gone, and did not say goodbye."""
        return [(venue, pc) for venue, pc in self._keys() if self._is_missing(venue, pc)]

    def _is_missing(self, venue: str, pc: str) -> bool:
        seen = self._of(venue, pc)
        if seen.last is None or seen.closed or self._now - seen.last <= self._times.missing_after:
            return False
        stood = self._stood(venue, pc)
        return stood is None or stood.cause != facts.SAID_GOODBYE

    def _stood(self, venue: str, pc: str) -> Verdict | None:
        stood = self._standing.get((venue, pc))
        return stood if stood is not None and stood.last == self._of(venue, pc).last else None

    def _fresh(self, last: int) -> bool:
        return self._now - last <= self._times.silent_after

    def _last(self, venue: str, pc: str) -> int:
        last = self._of(venue, pc).last
        assert last is not None  # asked only of PCs that were seen
        return last

    def _of(self, venue: str, pc: str) -> Seen:
        return self._seen.get((venue, pc), _NOTHING)

    def _keys(self) -> Iterator[Key]:
        for venue, _, pcs in self._venues:
            for pc in pcs:
                yield venue, pc


def _heard(seen: Seen, last: int) -> Verdict:
    """Under an identity that two agents use nothing that is seen belongs to this PC for sure: that comes first."""
    if seen.clone:
        return Verdict("cloned", seen.clone, last)
    return Verdict("blind", seen.blind, last) if seen.blind else Verdict("online", facts.SEEN, last)
