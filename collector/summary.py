"""A PC's day from its points: which days to compute, and what the database's answers make of one. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from collector import schema
from collector.clock import local, midnight
from collector.lineprotocol import Point

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from collector.influx import Series
    from collector.lineprotocol import Value

Key = tuple[str, ...]  # a PC's identity tags, as they stand on its points
DAILY = schema.BY_NAME["daily"]
LATE_DAYS = 9  # ingest takes points of up to eight days ago: that many full days and today may still change
_MARGIN = timedelta(hours=1)  # what expires while we count is not counted


@dataclass(frozen=True)
class Due:
    """A day to compute: `afresh`, or only where messages have come since its summary."""

    day: date
    afresh: bool = True


@dataclass(frozen=True)
class Answers:
    """What the database says of one day, a series a PC (of `sites` one a PC and grade)."""

    play: Iterable[Series] = ()
    use: Iterable[Series] = ()
    sites: Iterable[Series] = ()
    messages: Iterable[Series] = ()
    minutes: Iterable[Series] = ()


def whole_since(now: datetime, raw_days: int) -> date:
    """The first day of which no raw point has grown too old."""
    oldest = local(now - timedelta(days=raw_days) + _MARGIN)
    return oldest.date() if oldest == midnight(oldest.date()) else oldest.date() + timedelta(days=1)


def due(now: datetime, newest: date | None, raw_days: int) -> list[Due]:
    """The days that late points may have changed since the newest summary, and today.

    The newest summary was its run's today, and yesterday was today in the last run: both were cut short, and
    are computed afresh. Days before them were whole when they were last computed; only messages can change
    them, and those are counted. Without a summary: every day of which all raw points are there. A day that
    has lost some is never computed.
    """
    today = local(now).date()
    whole = whole_since(now, raw_days)
    cut_short = min(newest or whole, today - timedelta(days=1))
    first = whole if newest is None else max(whole, min(newest, today) - timedelta(days=LATE_DAYS))
    days = [first + timedelta(days=n) for n in range((today - first).days + 1)]
    return [Due(day, day >= cut_short) for day in days]


def points(day: date, answers: Answers) -> list[Point]:
    """One point a PC with anything that day, in order. A field is absent where nothing was known of it."""
    stamp = int(midnight(day).timestamp())
    found: defaultdict[Key, dict[str, Value]] = defaultdict(dict)
    for series in (answers.play, answers.use, answers.messages):
        for key, row in _rows(series):
            found[key].update({name: int(value) for name, value in row.items() if value is not None})
    for key, row in _rows(answers.minutes):
        if row["minutes"]:
            found[key]["coverage"] = 100 * int(row["observed"] or 0) / int(row["minutes"])
    for key, counts in _sites(answers.sites).items():
        found[key].update(counts)
    for fields in found.values():
        fields.setdefault("messages", 0)  # that none is stored is known
    return [
        Point(DAILY.name, dict(zip(DAILY.identity, key, strict=True)), fields, stamp)
        for key, fields in sorted(found.items())
    ]


def counted(series: Iterable[Series]) -> dict[Key, int]:
    """Messages by PC, of those that have any: as they are stored now, or as a summary knew them."""
    found = {key: int(row["messages"] or 0) for key, row in _rows(series)}
    return {key: count for key, count in found.items() if count}


def grown(new: Iterable[Point], known: dict[Key, int]) -> list[Point]:
    """The points that know at least as many messages as the summary that stands.

    Late data only adds messages. Fewer than before: raw points have gone, and the older summary knows more.
    """
    return [point for point in new if int(point.fields["messages"]) >= known.get(_key(point.tags), 0)]


def _sites(series: Iterable[Series]) -> dict[Key, dict[str, int]]:
    """Who has any line looked: its noughts are known."""
    found: dict[Key, dict[str, int]] = {}
    for one in series:
        fields = found.setdefault(_key(one.tags), {"accesses": 0, "hints": 0})
        lookups, accesses = (int(one.column(name)[0] or 0) for name in ("lookups", "accesses"))
        if one.tags["grade"] == "violation":
            fields["accesses"] += accesses
            fields["hints"] += lookups
        else:
            fields["hints"] += lookups + accesses
    return found


def _rows(series: Iterable[Series]) -> Iterator[tuple[Key, dict[str, Any]]]:
    """An aggregate has one row a series; its time says nothing."""
    for one in series:
        row = dict(zip(one.columns, one.rows[0], strict=True))
        del row["time"]
        yield _key(one.tags), row


def _key(tags: Any) -> Key:
    return tuple(tags[name] for name in DAILY.identity)
