"""The compiled site as the server's processes read it: each venue's identity, PCs and hours, by date."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from collector.clock import local

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

log = logging.getLogger(__name__)

FORMAT = 2


@dataclass(frozen=True)
class Span:
    """What a venue was from a day (local, inclusive) to a day (exclusive; None = still).

    `certificate` is its number, empty where there is none; its last day is `certificate_to`. `issuer_wrong`: it
    was issued by a level of the administration that had no right to on that day.
    """

    valid_from: date
    valid_to: date | None
    place: str
    klass: str
    certificate: str = ""
    certificate_from: date | None = None
    certificate_to: date | None = None
    issuer_wrong: bool = False


@dataclass(frozen=True)
class Hours:
    """Allowed hours that a policy gives a venue between two days: [open, close) in minutes of the local day."""

    valid_from: date
    valid_to: date | None
    policy: str
    windows: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Venue:
    id: str
    name: str
    address: str
    pcs: tuple[str, ...]
    spans: tuple[Span, ...]
    hours: tuple[Hours, ...]

    def span_on(self, day: date) -> Span | None:
        """Its identity on a local day; None before the registry knew it or after it was struck off."""
        return _valid(self.spans, day)

    def hours_on(self, day: date) -> Hours | None:
        """The hours that bind it on a local day; None where no rule is known."""
        return _valid(self.hours, day)

    def is_open(self, at: datetime) -> bool | None:
        """Whether the law lets it serve at a moment; None where no rule is known."""
        moment = local(at)
        hours = self.hours_on(moment.date())
        if hours is None:
            return None
        minute = moment.hour * 60 + moment.minute
        return any(start <= minute < end for start, end in hours.windows)


@dataclass(frozen=True)
class Roster:
    site: str
    venues: tuple[Venue, ...]

    @cached_property
    def by_id(self) -> dict[str, Venue]:
        return {venue.id: venue for venue in self.venues}

    def span_of(self, name: str, day: date) -> Span | None:
        """A venue's identity on a local day; None where the registry does not know it then."""
        venue = self.by_id.get(name)
        return None if venue is None else venue.span_on(day)


_Dated = TypeVar("_Dated", Span, Hours)


class RosterFile:
    """The roster of a path, read again when the file changes; a damaged one is said once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = (0, 0)
        self._roster: Roster | None = None
        self._failing = False

    def get(self) -> Roster:
        """OSError or ValueError where it cannot be read the first time; later the last good one stands."""
        try:
            status = self._path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            if self._roster is None or stamp != self._stamp:
                self._roster = loads(self._path.read_text("utf-8"))
                self._stamp = stamp
        except (OSError, ValueError) as fault:
            if self._roster is None:
                raise
            if not self._failing:
                log.warning("the roster cannot be read, the one before stays in force: %s", fault)
            self._failing = True
        else:
            if self._failing:
                log.info("the roster can be read again")
            self._failing = False
        return self._roster


def dumps(roster: Roster) -> str:
    """One venue a line, so that a change is a line in a diff."""
    head = json.dumps({"format": FORMAT, "site": roster.site}, ensure_ascii=False)
    rows = ",\n".join(json.dumps(_venue_out(v), ensure_ascii=False) for v in roster.venues)
    return f'{head[:-1]}, "venues": [\n{rows}\n]}}\n'


def loads(text: str) -> Roster:
    """ValueError where the text is no roster of this format."""
    data = json.loads(text)
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ValueError(f"no roster of format {FORMAT}; write it anew with `quannet provision`")
    try:
        return Roster(data["site"], tuple(_venue_in(v) for v in data["venues"]))
    except (KeyError, TypeError) as fault:
        raise ValueError(f"damaged roster: {fault!r}") from fault


def _valid(rows: tuple[_Dated, ...], day: date) -> _Dated | None:
    for row in rows:
        if row.valid_from <= day and (row.valid_to is None or day < row.valid_to):
            return row
    return None


def _venue_out(venue: Venue) -> dict[str, Any]:
    return {
        "id": venue.id,
        "name": venue.name,
        "address": venue.address,
        "pcs": list(venue.pcs),
        "spans": [_span_out(span) for span in venue.spans],
        "hours": [[_day(h.valid_from), _day(h.valid_to), h.policy, h.windows] for h in venue.hours],
    }


def _venue_in(row: dict[str, Any]) -> Venue:
    return Venue(
        row["id"],
        row["name"],
        row["address"],
        tuple(row["pcs"]),
        tuple(_span_in(*span) for span in row["spans"]),
        tuple(
            Hours(date.fromisoformat(a), _until(b), policy, tuple((x, y) for x, y in windows))
            for a, b, policy, windows in row["hours"]
        ),
    )


def _span_out(span: Span) -> list[Any]:
    days = (_day(day) for day in (span.certificate_from, span.certificate_to))
    what = [span.place, span.klass, span.certificate, *days, span.issuer_wrong]
    return [_day(span.valid_from), _day(span.valid_to), *what]


def _span_in(
    begin: str,
    end: str | None,
    place: str,
    klass: str,
    certificate: str,
    issued: str | None,
    expires: str | None,
    issuer_wrong: bool,  # noqa: FBT001 - likewise
) -> Span:
    return Span(
        date.fromisoformat(begin),
        _until(end),
        place,
        klass,
        certificate,
        _until(issued),
        _until(expires),
        issuer_wrong,
    )


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _until(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
