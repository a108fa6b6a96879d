"""Queries of presence. Moments are epoch seconds and the caller's: a round is about one moment, also a past one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.influxql.text import any_of, ident, names, string

if TYPE_CHECKING:
    from collections.abc import Sequence

_BY_PC = 'GROUP BY "venue", "pc"'
MOST_NAMED = 200


def last_messages(since: int) -> str:
    """For each PC the last message that is stored, of those stamped later."""
    return f'SELECT last("n") FROM "agent" WHERE time > {since}s {_BY_PC}'


def last_blind(since: int) -> str:
    """For each PC and reason the last word on it, of those stamped later."""
    return f'SELECT last("blind") FROM "blind" WHERE time > {since}s GROUP BY "venue", "pc", "reason"'


def last_looks(since: int) -> str:
    """For each PC its last sample of listed sites, of those stamped later: whoever has one looks."""
    return f'SELECT last("lookups") FROM "sites" WHERE time > {since}s {_BY_PC}'


def last_books(since: int) -> str:
    """The moment of each ingest worker's last entry, and whether it was connected then (null in old ones)."""
    return f'SELECT last("received"), "connected" FROM "ledger" WHERE time > {since}s GROUP BY "worker"'


def books_by_minute(since: int) -> str:
    """Each ingest worker's entries in each minute that has any, and 0 where one of them was not connected."""
    return (
        'SELECT count("received") AS "entries", min("connected") AS "connected" FROM "ledger"'
        f' WHERE time >= {since}s GROUP BY time(1m), "worker" fill(none)'
    )


def numbers_by_pc(since: int) -> str:
    """A row a PC: by how many streams it spoke, how many messages are stored, and how far their numbers lie apart."""
    return (
        'SELECT count(distinct("stream")) AS "streams", count("n") AS "messages", max("n") - min("n") AS "span"'
        f' FROM "agent" WHERE time > {since}s {_BY_PC}'
    )


def messages_of(venue: str, since: int, until: int, pc: str | None = None) -> str:
    """The stored messages of a venue or of one of its PCs, both ends included."""
    narrowed = "" if pc is None else f" AND {ident('pc')} = {string(pc)}"
    return (
        f'SELECT "n", "stream", "queued", "clock" FROM "agent" WHERE "venue" = {string(venue)}{narrowed}'
        f" AND time >= {since}s AND time <= {until}s GROUP BY {names(('pc',))}"
    )


def last_verdicts(since: int, until: int) -> str:
    """For each PC the last verdict of a stretch of time, both ends included."""
    return (
        'SELECT last("state") AS "state", "cause", "seen" FROM "presence"'
        f" WHERE time >= {since}s AND time <= {until}s {_BY_PC}"
    )


def last_heard(venues: Sequence[str], since: int, until: int) -> str:
    """For each PC of some venues the last word on whether it is online, and when it was heard; both ends included."""
    # A long list costs more than all of them.
    narrowed = f" AND {any_of('venue', venues)}" if len(venues) <= MOST_NAMED else ""
    return (
        'SELECT last("online") AS "online", "seen" FROM "presence"'
        f" WHERE time >= {since}s AND time <= {until}s{narrowed} {_BY_PC}"
    )


def strangers(since: int) -> str:
    """A series for each PC that stands in no registry and spoke later."""
    return f'SELECT last("messages") FROM "unregistered" WHERE time > {since}s {_BY_PC}'


def last_reckoned(since: int, until: int) -> str:
    """Whether presence has counted any place's PCs in a stretch of time, both ends included."""
    return f'SELECT last("registered") FROM "coverage" WHERE time >= {since}s AND time <= {until}s'
