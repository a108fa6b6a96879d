"""Queries about late messages: which the database has, which were told already, and when what they hold happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.influxql.text import ident, names, string

if TYPE_CHECKING:
    from collections.abc import Iterable

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


def after_hours_between(venue: str, pc: str, since: int, until: int) -> str:
    """What is stored of a PC's `after_hours`, both ends included, in seconds."""
    return (
        f'SELECT "play", "use" FROM "after_hours" WHERE "venue" = {string(venue)} AND "pc" = {string(pc)}'
        f" AND time >= {since}s AND time <= {until}s"
    )


def _any_of(senders: Iterable[Sender]) -> str:
    keys = ("venue", "pc", "stream")
    return " OR ".join(
        "(" + " AND ".join(f"{ident(k)} = {string(v)}" for k, v in zip(keys, sender, strict=True)) + ")"
        for sender in senders
    )
