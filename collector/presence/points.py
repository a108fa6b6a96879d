"""Verdicts as points: one a minute and PC, which boards add up; and one beside it for who should be observed and is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.clock import at_second, local
from collector.lineprotocol import Point

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from collector import lineprotocol
    from collector.presence.facts import Key, Verdict
    from collector.roster import Roster, Span, Venue

MINUTE = 60
_ONLINE = frozenset({"online", "blind", "cloned"})
_UNOBSERVED = frozenset({"blind", "cloned", "silent", "dark"})


def registered(roster: Roster, now: int) -> Iterator[tuple[Venue, Span]]:
    """The venues that stand in the registry on the local day of `now` (epoch seconds), and as what."""
    day = local(at_second(now)).date()
    for venue in roster.venues:
        span = venue.span_on(day)
        if span is not None:
            yield venue, span


def points(roster: Roster, verdicts: Mapping[Key, Verdict], now: int) -> Iterator[Point]:
    """A point for each registered PC, stamped with the whole minute; a minute has one however often it is asked."""
    stamp = now // MINUTE * MINUTE
    for venue, span in registered(roster, now):
        hours = _hours(venue, now)
        for pc in venue.pcs:
            verdict = verdicts[venue.id, pc]
            fields: dict[str, lineprotocol.Value] = {
                "state": verdict.state,
                "cause": verdict.cause,
                "online": int(verdict.state in _ONLINE),
                "observed": int(verdict.state == "online"),
                "hours": hours,
            }
            if verdict.last is not None:
                # Against the stamp: whoever reads the point knows the last message from it, to the second.
                fields["seen"] = max(0, stamp - verdict.last)
            tags = {"venue": venue.id, "pc": pc, "place": span.place, "class": span.klass}
            yield Point("presence", tags, fields, stamp)


def unobserved(presence: Iterable[Point]) -> Iterator[Point]:
    """Of these points of `presence`, what rules read: there is nothing where nothing is to be asked."""
    for point in presence:
        state = str(point.fields["state"])
        if state in _UNOBSERVED:
            fields = {"minutes": 1, "cause": point.fields["cause"], "hours": point.fields["hours"]}
            yield Point("unobserved", {**point.tags, "state": state}, fields, point.time)


def _hours(venue: Venue, now: int) -> str:
    is_open = venue.is_open(at_second(now))
    return "no_rule" if is_open is None else "open" if is_open else "closed"
