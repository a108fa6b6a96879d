"""Points of `presence` added up: by venue, and by place as coverage. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector.lineprotocol import Point

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from collector.lineprotocol import Value

Venue = tuple[str, str, str]  # id, place, class


@dataclass
class Tally:
    """PCs. Nobody expects to observe those that were switched off in order (`closed`), nor others that are off while
    their venue has to be (`resting`), however that was done.
    """

    registered: int = 0
    online: int = 0
    observed: int = 0
    closed: int = 0
    resting: int = 0

    def add(self, other: Tally) -> None:
        self.registered += other.registered
        self.online += other.online
        self.observed += other.observed
        self.closed += other.closed
        self.resting += other.resting


def by_venue(presence: Iterable[Point]) -> dict[Venue, Tally]:
    """Of one minute's points."""
    found: dict[Venue, Tally] = {}
    for point in presence:
        tags, fields = point.tags, point.fields
        key = tags["venue"], tags["place"], tags["class"]
        tally = found.get(key)
        if tally is None:
            tally = found[key] = Tally()
        tally.registered += 1
        tally.online += fields["online"] == 1
        tally.observed += fields["observed"] == 1
        if fields["state"] == "closed":
            tally.closed += 1
        elif not fields["online"]:
            tally.resting += fields["hours"] == "closed"
    return found


def venues(
    tallies: Mapping[Venue, Tally], strangers: Mapping[str, int] | None, stamp: int
) -> Iterator[Point]:
    """Where nobody knows of strangers (None), nothing is said of them, nor of PCs beyond the licensed."""
    for (venue, place, klass), tally in tallies.items():
        fields: dict[str, Value] = {
            "registered": tally.registered,
            "online": tally.online,
            "observed": tally.observed,
            "closed": tally.closed,
            "closed_share": 100 * tally.closed / tally.registered,
        }
        if strangers is not None:
            more = strangers.get(venue, 0)
            fields |= {"strangers": more, "excess": max(0, tally.online + more - tally.registered)}
        yield Point("venue", {"venue": venue, "place": place, "class": klass}, fields, stamp)


def coverage(tallies: Mapping[Venue, Tally], stamp: int) -> Iterator[Point]:
    """Of each place that has venues."""
    places: dict[str, Tally] = {}
    for (_, place, _), tally in tallies.items():
        places.setdefault(place, Tally()).add(tally)
    for place, total in places.items():
        expected = total.registered - total.closed - total.resting
        fields: dict[str, Value] = {
            "registered": total.registered,
            "expected": expected,
            "observed": total.observed,
        }
        if expected:
            fields["share"] = 100 * total.observed / expected
        yield Point("coverage", {"place": place}, fields, stamp)
