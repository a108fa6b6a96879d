"""Queries of the daily summaries: what makes a PC's day, and what a venue's days add up to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.influxql.text import TIME, any_of, ident, moment, names
from collector.schema import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_PC = names(("venue", "pc", "place", "class"))
_SUMMED = ("play", "after_hours", "active", "use_after_hours", "accesses", "hints", "messages")


def venues_between(measurement: str, begin: datetime, end: datetime) -> str:
    """The venues with points in a span; InfluxDB 1.x and 2.x may name some whose points lie beside it."""
    return f'SHOW TAG VALUES FROM {ident(measurement)} WITH KEY = "venue" WHERE {_span(begin, end)}'


def play_between(begin: datetime, end: datetime, venues: Sequence[str]) -> str:
    return _per_pc('sum("play") AS "play", sum("after_hours") AS "after_hours"', "games", begin, end, venues)


def use_between(begin: datetime, end: datetime, venues: Sequence[str]) -> str:
    selected = 'sum("active") AS "active", sum("after_hours") AS "use_after_hours"'
    return _per_pc(selected, "session", begin, end, venues)


def sites_between(begin: datetime, end: datetime, venues: Sequence[str]) -> str:
    """A row a PC and grade."""
    selected = 'sum("lookups") AS "lookups", sum("accesses") AS "accesses"'
    return _per_pc(selected, "sites", begin, end, venues) + ', "grade"'


def messages_between(begin: datetime, end: datetime, venues: Sequence[str]) -> str:
    return _per_pc('count("n") AS "messages"', "agent", begin, end, venues)


def minutes_between(begin: datetime, end: datetime, venues: Sequence[str]) -> str:
    """The minutes of which presence has written, and those in which the PC was observed."""
    selected = 'count("observed") AS "minutes", sum("observed") AS "observed"'
    return _per_pc(selected, "presence", begin, end, venues)


def summed_messages(midnight: datetime, venues: Sequence[str]) -> str:
    """How many messages each PC's summary of a day was made of."""
    bound = any_of("venue", venues)
    return f'SELECT "messages" FROM "daily" WHERE time = {moment(midnight)} AND {bound} GROUP BY {_PC}'


def newest_summary(since: datetime) -> str:
    return f'SELECT last("messages") FROM "daily" WHERE time >= {moment(since)}'


def violations_between(begin: datetime, end: datetime) -> str:
    """The minutes of every violation, a series a violation's tags."""
    tags = names(BY_NAME["violation"].tag_names)
    return f'SELECT "firing", "since", "value" FROM "violation" WHERE {_span(begin, end)} GROUP BY {tags}'


def days_per_venue(where: str) -> str:
    """A row a venue: its PCs' days of the range in one sum; coverage is the mean over PCs and days."""
    return f'SELECT {_totals()} FROM "daily" WHERE {TIME} AND {where} GROUP BY {names(("venue", "place", "class"))}'


def days_over_time(where: str) -> str:
    """A row a local day: the sum over the PCs that `where` names; null on a day without a summary."""
    return (
        f'SELECT {_totals()} FROM "daily" WHERE {TIME} AND {where}'
        " GROUP BY time(1d) fill(null) tz('Asia/Ho_Chi_Minh')"
    )


def _totals() -> str:
    sums = ", ".join(f"sum({ident(name)}) AS {ident(name)}" for name in _SUMMED)
    return f'{sums}, mean("coverage") AS "coverage"'


def _per_pc(selected: str, measurement: str, begin: datetime, end: datetime, venues: Sequence[str]) -> str:
    bound = any_of("venue", venues)
    return f"SELECT {selected} FROM {ident(measurement)} WHERE {_span(begin, end)} AND {bound} GROUP BY {_PC}"


def _span(begin: datetime, end: datetime) -> str:
    return f"time >= {moment(begin)} AND time < {moment(end)}"
