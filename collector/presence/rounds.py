"""One verdict after the other on every registered PC, and what is remembered between two: no more than a start reads back."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from collector.influx import Unavailable
from collector.presence import clones, neighbours, outages
from collector.presence.facts import NO_SIGHT, USUAL, Ours, Seen
from collector.presence.judge import Judge
from collector.presence.points import registered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from collector.presence.facts import Key, Times, Verdict
    from collector.presence.source import Source
    from collector.roster import Roster

log = logging.getLogger(__name__)

LOOK_BACK = 2 * 86_400  # seconds
QUESTIONS = 200  # PCs whose neighbours are asked in one round, others in the next
_BEFORE = 600  # seconds before an outage of ours in which every PC has a verdict
_OUTAGES = 10  # that a start looks behind, the newest first


class Rounds:
    """Raises Unavailable where the source does; the round is then as if it had not been."""

    def __init__(self, source: Source, times: Times = USUAL) -> None:
        self._source = source
        self._times = times
        self._standing: dict[Key, Verdict] | None = None
        self._last: dict[Key, int] = {}
        self._clones: dict[Key, str] = {}
        self._clones_at: int | None = None
        self._turn = 0

    def judge(
        self, roster: Roster, words: Mapping[Key, tuple[str, int]], now: int, *, hears: bool = True
    ) -> dict[Key, Verdict]:
        """`words` are the agents' last ones; `hears`: we are connected to where they are said."""
        books = self._source.books(now - LOOK_BACK, now)
        cause = outages.cause_now(books, now, self._times.books_fresh)
        ours = Ours(outages.outages(books, now), cause, hears)
        self._last |= self._source.lasts(now - LOOK_BACK)
        if self._standing is None:
            self._standing = self._read_back(ours, now)
        venues = [(venue.id, span.place, venue.pcs) for venue, span in registered(roster, now)]
        judge = Judge(venues, self._seen(words, now), ours, self._standing, now, self._times)
        alone = {key: self._alone(key) for key in judge.questions()[:QUESTIONS]}
        verdicts = judge.verdicts(alone)
        self._standing = self._keep(verdicts, self._standing)
        return verdicts

    def _seen(self, words: Mapping[Key, tuple[str, int]], now: int) -> dict[Key, Seen]:
        since = int(now - self._times.silent_after)
        blind = self._source.blind(since, {key for key, last in self._last.items() if last > since})
        self._look_for_clones(now)
        found = {}
        for key in self._last.keys() | words.keys():
            state, told = words.get(key, (None, 0))
            found[key] = Seen(self._last.get(key), state, told, blind.get(key, ""), self._clones.get(key, ""))
        return found

    def _look_for_clones(self, now: int) -> None:
        """Now and then. A database that is too slow for this question still gets its verdicts."""
        if self._clones_at is not None and now - self._clones_at < self._times.compare_every:
            return
        self._clones_at = now
        self._turn += 1
        since = int(now - self._times.compared)
        found = {}
        try:
            for venue, pc in clones.suspects(self._source.numbers(since), self._turn):
                messages = self._source.messages(venue, since, now + outages.MINUTE, pc)
                if cause := clones.judge(messages.get(pc, [])):
                    found[venue, pc] = cause
        except Unavailable as fault:
            log.warning("clones cannot be looked for: %s", fault)
        else:
            self._clones = found

    def _alone(self, key: Key) -> bool:
        venue, pc = key
        last = self._last[key]
        messages = self._source.messages(venue, *neighbours.window(last, self._times))
        return neighbours.vanished_alone(messages, pc, last, self._times)

    def _read_back(self, ours: Ours, now: int) -> dict[Key, Verdict]:
        """What stood when presence last wrote; under an outage of ours, what stood before that."""
        before = self._source.verdicts(now - LOOK_BACK, now)
        for outage in reversed(ours.outages[-_OUTAGES:]):
            hidden = {key for key, verdict in before.items() if verdict.cause in NO_SIGHT}
            if not hidden or not outage.begin:
                break
            until = int(outage.begin) - 1  # the outage may have begun with the verdict of this minute
            older = self._source.verdicts(max(0, until - _BEFORE), until)
            before |= {key: older[key] for key in older.keys() & hidden}
        for key, verdict in before.items():
            if verdict.last is not None and verdict.last > self._last.get(key, 0):
                self._last[key] = verdict.last  # older than the look-back
        return self._keep(before, {})

    @staticmethod
    def _keep(verdicts: Mapping[Key, Verdict], stood: Mapping[Key, Verdict]) -> dict[Key, Verdict]:
        kept = {key: verdict for key, verdict in verdicts.items() if verdict.stands}
        hidden = {key for key, verdict in verdicts.items() if verdict.cause in NO_SIGHT}
        return kept | {key: stood[key] for key in hidden & stood.keys()}
