"""Writes the daily summaries: a day is asked for by some venues at a time, so that nobody holds a province at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from collector import lineprotocol
from collector.clock import at_second, local, midnight
from collector.episodes import Episodes
from collector.influxql import summary as queries
from collector.summary import Answers, counted, due, grown, points, whole_since

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from collector.influx import Influx, Series
    from collector.summary import Due

# Some 500 PCs: a query of their day stays far below the 30 s after which the database gives one up.
VENUES = 50
CHUNK = timedelta(hours=1)  # of violations: a minute has a point for each that fires
BATCH = 5000  # points a write


@dataclass(frozen=True)
class Done:
    """A day: PCs whose summary was written, and those whose older one knows more and stands."""

    day: date
    written: int
    standing: int


class Summariser:
    """`raw` and `summaries` are the two databases."""

    def __init__(self, raw: Influx, summaries: Influx) -> None:
        self._raw = raw
        self._summaries = summaries

    def due(self, now: datetime, raw_days: int) -> list[Due]:
        """What a run computes. Of a missed run the next one knows by the newest summary."""
        since = midnight(whole_since(now, raw_days))
        found = self._summaries.query(queries.newest_summary(since))
        newest = [local(at_second(one.column("time")[0] // 1000)).date() for one in found]
        return due(now, max(newest, default=None), raw_days)

    def day(self, wanted: Due) -> Done:
        """Compute a day from its points and write it. However often: the same points give the same summary."""
        written = standing = 0
        begin, end = midnight(wanted.day), midnight(wanted.day + timedelta(days=1))
        for venues in self._venues(begin, end):
            messages = self._raw.query(queries.messages_between(begin, end, venues))
            known = counted(self._summaries.query(queries.summed_messages(begin, venues)))
            if not wanted.afresh and counted(messages) == known:
                continue
            new = points(wanted.day, self._answers(begin, end, venues, messages))
            kept = grown(new, known)
            if kept:
                self._summaries.write([lineprotocol.encode(point) for point in kept])
            written += len(kept)
            standing += len(new) - len(kept)
        return Done(wanted.day, written, standing)

    def episodes(self, since: datetime, now: datetime) -> int:
        """Write every violation that has a minute in between; how many. Always up to now: none is cut short again."""
        found = Episodes()
        begin = since
        while begin < now:
            end = min(begin + CHUNK, now)
            found.take(self._raw.query(queries.violations_between(begin, end)))
            begin = end
        points = found.points()
        for start in range(0, len(points), BATCH):
            self._summaries.write([lineprotocol.encode(point) for point in points[start : start + BATCH]])
        return len(points)

    def _venues(self, begin: datetime, end: datetime) -> Iterator[list[str]]:
        named: set[str] = set()
        for measurement in ("agent", "presence"):  # one of them knows whoever sent or was registered
            for one in self._raw.query(queries.venues_between(measurement, begin, end)):
                named.update(one.column("value"))
        venues = sorted(named)
        for start in range(0, len(venues), VENUES):
            yield venues[start : start + VENUES]

    def _answers(self, begin: datetime, end: datetime, venues: list[str], messages: list[Series]) -> Answers:
        ask = self._raw.query
        return Answers(
            play=ask(queries.play_between(begin, end, venues)),
            use=ask(queries.use_between(begin, end, venues)),
            sites=ask(queries.sites_between(begin, end, venues)),
            messages=messages,
            minutes=ask(queries.minutes_between(begin, end, venues)),
        )
