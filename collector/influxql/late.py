"""Queries about late messages: which the database has, which were told already, and when what they hold happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.clock import LOCAL
from collector.influxql.text import TIME, ident, names, string

if TYPE_CHECKING:
    from collections.abc import Iterable

_AHEAD = int(LOCAL.utcoffset(None).total_seconds())

Sender = tuple[str, str, str]  # venue, PC, stream


def stored_messages(senders: Iterable[Sender], since: int, until: int) -> str:
    """The messages of these senders that are stored at a stamp within [since, until], in seconds."""
    return (
        f'SELECT "n", "stream" FROM "agent" WHERE time >= {since}s AND time <= {until}s'
        f" AND ({_any_of(senders)}) GROUP BY {names(('venue', 'pc'))}"
    )


def reported_messages(senders: Iterable[Sender], since: int, until: int) -> str:
    """The same of `late`, whenever they arrived: nothing arrives before it happened."""
    return (
        f'SELECT "n", "stream", "happened" FROM "late" WHERE time >= {since}s'
        f' AND "happened" >= {since} AND "happened" <= {until}'
        f" AND ({_any_of(senders)}) GROUP BY {names(('venue', 'pc'))}"
    )


def happened_per_pc(function: str, field: str, classes: tuple[str, ...]) -> str:
    """A rule's query beside its sum of a field of `late`: when the first (min) or last (max) of it happened.

    In seconds of the province's clock, as if it were UTC: Grafana's templates know no other zone.
    """
    bound = " OR ".join(f"{ident('class')} = {string(klass)}" for klass in classes)
    return (
        f'SELECT {function}("happened") + {_AHEAD} FROM "late" WHERE {TIME} AND ({bound})'
        f" AND {ident(field)} > 0 GROUP BY {names(('venue', 'pc', 'place', 'class'))}"
    )


def _any_of(senders: Iterable[Sender]) -> str:
    keys = ("venue", "pc", "stream")
    return " OR ".join(
        "(" + " AND ".join(f"{ident(k)} = {string(v)}" for k, v in zip(keys, sender, strict=True)) + ")"
        for sender in senders
    )
