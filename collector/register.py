"""What the registry itself says of each venue on a day: its certificate, and whether its hours are known. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.clock import at_second, local
from collector.lineprotocol import Point

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from collector.lineprotocol import Value
    from collector.roster import Roster, Venue


def points(roster: Roster, stamp: int) -> Iterator[Point]:
    """Of each venue that stands in the registry on the local day of `stamp` (epoch seconds)."""
    day = local(at_second(stamp)).date()
    for venue in roster.venues:
        found = point(venue, day, stamp)
        if found is not None:
            yield found


def point(venue: Venue, day: date, stamp: int) -> Point | None:
    """None where the registry does not have it on that day."""
    span = venue.span_on(day)
    if span is None:
        return None
    fields: dict[str, Value] = {
        "certificate_missing": int(not span.certificate),
        "certificate_expired": 0,
        "issuer_wrong": int(span.issuer_wrong),
        "no_rule": int(venue.hours_on(day) is None),
    }
    if span.certificate_to is not None:
        days = (span.certificate_to - day).days
        fields |= {"certificate_days": days, "certificate_expired": int(days < 0)}
    tags = {"venue": venue.id, "place": span.place, "class": span.klass}
    return Point("register", tags, fields, stamp)
