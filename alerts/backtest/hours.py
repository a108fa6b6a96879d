"""Other opening hours than those that were in force: of whom, when, and what ingest and presence say by them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from alerts.backtest.tally import union
from collector.clock import at_second
from collector.hours import DAY, absolute, after_hours, local_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from alerts.backtest.tally import Span
    from collector.hours import Windows
    from collector.roster import Hours, Roster, Venue

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class OtherHours:
    """The roster by which was decided, and the one by which would have been; they differ in nothing but hours."""

    old: Roster
    new: Roster

    @cached_property
    def venues(self) -> frozenset[str]:
        """Whose hours differ on any day."""
        pairs = ((self.old.by_id.get(venue.id), venue) for venue in self.new.venues)
        return frozenset(new.id for old, new in pairs if old is not None and old.hours != new.hours)

    def stretches(self, since: int, before: int) -> list[tuple[int, int, frozenset[str]]]:
        """Parts of [since, before) in which hours differ, and those of which venues; of a venue they do not touch."""
        found: dict[tuple[int, int], set[str]] = {}
        known: dict[tuple[object, object], list[tuple[int, int]]] = {}  # many venues have the same hours
        for name in self.venues:
            old, new = self.old.by_id[name], self.new.by_id[name]
            key = old.hours, new.hours
            if key not in known:
                known[key] = list(_within(old, new, since, before))
            for span in known[key]:
                found.setdefault(span, set()).add(name)
        return [(*span, frozenset(names)) for span, names in sorted(found.items())]

    def alike(self, venue: str) -> tuple[Hours, ...]:
        """Equal of venues with the same hours; nothing of one that the roster does not know."""
        known = self.new.by_id.get(venue)
        return known.hours if known is not None else ()

    def outside(self, venue: str, end: int, seconds: int) -> int:
        """Seconds of [end - seconds, end) that are after hours; none where no rule is known, as then none is written."""
        return after_hours(end, seconds, windows(self.new.by_id[venue])) or 0

    def word(self, venue: str, at: int) -> str:
        """What presence says of a moment."""
        is_open = self.new.by_id[venue].is_open(at_second(at))
        return "no_rule" if is_open is None else "open" if is_open else "closed"


def windows(venue: Venue) -> Callable[[int], Windows]:
    """By local day."""

    def on(day: int) -> Windows:
        hours = venue.hours_on(_EPOCH + timedelta(days=day))
        return None if hours is None else hours.windows

    return on


def _within(old: Venue, new: Venue, since: int, before: int) -> Iterator[tuple[int, int]]:
    spans = [
        span
        for day in range(local_day(since), local_day(before) + 1)
        for span in _differing(windows(old)(day), windows(new)(day), day)
    ]
    for begin, end in union(spans):
        if max(begin, since) < min(end, before):
            yield int(max(begin, since)), int(min(end, before))


def _differing(one: Windows, other: Windows, day: int) -> Iterator[Span]:
    """The times of a local day that only one of two counts as open; all of it where one knows no rule."""
    if one == other:
        return
    if one is None or other is None:
        yield absolute(day, (0, DAY // 60))
        return
    edges = sorted({0, DAY // 60, *(edge for window in (*one, *other) for edge in window)})
    for begin, end in pairwise(edges):
        if _is_open(one, begin) != _is_open(other, begin):
            yield absolute(day, (begin, end))


def _is_open(allowed: Sequence[tuple[int, int]], minute: int) -> bool:
    return any(start <= minute < end for start, end in allowed)
