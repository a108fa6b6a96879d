"""Queries of the audit: which numbers of which streams are stored. Times are in epoch seconds, the end excluded."""

from __future__ import annotations

from collector.influxql.text import ident, names, string

_BY_PC = names(("venue", "pc"))
_LAST = f'SELECT last("n") AS "n", "stream" FROM {ident("agent")}'


def numbers_by_pc(begin: int, end: int, venue: str | None) -> str:
    """A row a PC: how many numbers are stored, the least and the most, and of how many streams."""
    return (
        'SELECT count("n") AS "stored", min("n") AS "least", max("n") AS "most",'
        ' count(distinct("stream")) AS "streams", last("stream") AS "stream"'
        f" FROM {ident('agent')} WHERE {_within(begin, end, venue)} GROUP BY {_BY_PC}"
    )


def breaks_by_pc(begin: int, end: int, venue: str | None) -> str:
    """A row a PC whose numbers do not go up by one from message to message; no row for all others."""
    steps = (
        f'SELECT difference("n") AS "step" FROM {ident("agent")}'
        f" WHERE {_within(begin, end, venue)} GROUP BY {_BY_PC}"
    )
    return f'SELECT count("step") AS "breaks" FROM ({steps}) WHERE "step" != 1 GROUP BY {_BY_PC}'


def numbers_before(since: int, begin: int, venue: str | None) -> str:
    """A row a PC: the last number that was stamped from a moment to before another, and its stream."""
    return f"{_LAST} WHERE {_within(since, begin, venue)} GROUP BY {_BY_PC}"


def number_before(venue: str, pc: str, begin: int) -> str:
    """The same of one PC, however long ago."""
    return f"{_LAST} WHERE time < {begin}s AND {_of(venue, pc)}"


def numbers_of(venue: str, pc: str, begin: int, end: int) -> str:
    """Every message of one PC."""
    return f'SELECT "n", "stream" FROM {ident("agent")} WHERE {_within(begin, end, venue)} AND "pc" = {string(pc)}'


def stream_before(venue: str, pc: str, stream: str, begin: int) -> str:
    """What a stream had stored before a moment: its highest number, and what it had given up by then."""
    return _of_stream(venue, pc, stream, f"time < {begin}s")


def stream_since(venue: str, pc: str, stream: str, begin: int) -> str:
    """The same from a moment until today."""
    return _of_stream(venue, pc, stream, f"time >= {begin}s")


def _of_stream(venue: str, pc: str, stream: str, when: str) -> str:
    return (
        'SELECT max("n") AS "n", max("dropped") AS "dropped", last("queued") AS "queued"'
        f' FROM {ident("agent")} WHERE {when} AND {_of(venue, pc)} AND "stream" = {string(stream)}'
    )


def _of(venue: str, pc: str) -> str:
    return f'"venue" = {string(venue)} AND "pc" = {string(pc)}'


def _within(begin: int, end: int, venue: str | None) -> str:
    bound = "" if venue is None else f' AND "venue" = {string(venue)}'
    return f"time >= {begin}s AND time < {end}s{bound}"
