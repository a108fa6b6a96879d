"""Queries of the boards: presence, play, violations, load."""

from __future__ import annotations

from collector.influxql.text import DAY, RECENT, TIME, ident, names

# What tells one violation from another; a PC may have one policy's several times, for different reasons.
_VIOLATION = ("policy", "severity", "venue", "pc", "what")


def playing_now(field: str, each: tuple[str, ...], where: str) -> str:
    """How many venues or PCs (`each`) have `play` or `after_hours` now; 0 only where samples say so."""
    inner = (
        f"SELECT ceil(max({ident(field)}) / {DAY}) AS {ident('active')} FROM {ident('games')}"
        f" WHERE {RECENT} AND {where} GROUP BY {names(each)}"
    )
    return f"SELECT sum({ident('active')}) AS {ident(field)} FROM ({inner})"


def playing_by_venue(where: str) -> str:
    """A row a venue: PCs playing now, and PCs playing outside the hours (null where no rule is known)."""
    inner = (
        f"SELECT ceil(max({ident('play')}) / {DAY}) AS {ident('playing')},"
        f" ceil(max({ident('after_hours')}) / {DAY}) AS {ident('late')} FROM {ident('games')}"
        f" WHERE {RECENT} AND {where} GROUP BY {names(('venue', 'pc', 'place', 'class'))}"
    )
    return (
        f"SELECT sum({ident('playing')}) AS {ident('playing')}, sum({ident('late')}) AS {ident('late')}"
        f" FROM ({inner}) GROUP BY {names(('venue', 'place', 'class'))}"
    )


def playing_by_pc(where: str) -> str:
    """A row a PC: the seconds of play, and of play outside the hours, in its last samples."""
    return (
        f"SELECT max({ident('play')}) AS {ident('play')}, max({ident('after_hours')}) AS {ident('late')}"
        f" FROM {ident('games')} WHERE {RECENT} AND {where} GROUP BY {ident('pc')}"
    )


def coverage_now(where: str) -> str:
    """The share of registered PCs that are observed and not blind, in percent."""
    inner = presence_now(where, field="observed")
    return f"SELECT 100 * mean({ident('observed')}) AS {ident('coverage')} FROM ({inner})"


def online_now(where: str) -> str:
    return f"SELECT sum({ident('online')}) AS {ident('online')} FROM ({presence_now(where)})"


def registered_now(where: str) -> str:
    return f"SELECT count({ident('online')}) AS {ident('registered')} FROM ({presence_now(where)})"


def presence_by_venue(where: str) -> str:
    """A row a venue: PCs online, PCs registered, and what the law says of now."""
    by = ("venue", "place", "class")
    return (
        f"SELECT sum({ident('online')}) AS {ident('online')}, count({ident('online')}) AS {ident('registered')},"
        f" last({ident('hours')}) AS {ident('hours')} FROM ({presence_now(where, ('place', 'class'))})"
        f" GROUP BY {names(by)}"
    )


def presence_by_pc(where: str) -> str:
    """A row a PC: state, its cause, and the seconds since its last message."""
    return (
        f"SELECT last({ident('state')}) AS {ident('state')}, {ident('cause')}, {ident('seen')}"
        f" FROM {ident('presence')} WHERE {RECENT} AND {where} GROUP BY {ident('pc')}"
    )


def strangers_by_pc(where: str) -> str:
    """A row a PC that stands in no registry: its messages that were refused."""
    return (
        f"SELECT sum({ident('messages')}) AS {ident('messages')} FROM {ident('unregistered')}"
        f" WHERE {TIME} AND {where} GROUP BY {ident('pc')}"
    )


def session_by_pc(where: str) -> str:
    return (
        f"SELECT last({ident('state')}) AS {ident('session')} FROM {ident('session')}"
        f" WHERE {RECENT} AND {where} GROUP BY {ident('pc')}"
    )


def firing_now(where: str) -> str:
    """How many violations fire now; no row where none was written lately."""
    inner = (
        f"SELECT last({ident('firing')}) AS {ident('firing')} FROM {ident('violation')}"
        f" WHERE {RECENT} AND {where} GROUP BY {names(_VIOLATION)}"
    )
    return f"SELECT sum({ident('firing')}) AS {ident('firing')} FROM ({inner})"


def violations_now(where: str) -> str:
    """A row a firing violation: policy, severity, venue, PC, further labels, and for how long."""
    by = names(_VIOLATION)
    inner = (
        f"SELECT last({ident('firing')}) AS {ident('firing')}, {ident('since')} FROM {ident('violation')}"
        f" WHERE {RECENT} AND {where} GROUP BY {by}"
    )
    return f"SELECT {ident('since')} FROM ({inner}) WHERE {ident('firing')} = 1 GROUP BY {by}"


def playing_over_time(field: str, by: str | None, where: str) -> str:
    """How many PCs played at the same time, on average; a PC with two games counts twice.

    `60.0`: a subquery of whole numbers would cut off half a minute. The inner minutes keep a bucket
    that the range's end cuts off from looking like a fall.
    """
    tags = "" if by is None else f", {ident(by)}"
    inner = (
        f"SELECT sum({ident(field)}) / 60.0 AS {ident('pcs')} FROM {ident('games')}"
        f" WHERE {TIME} AND {where} GROUP BY time(1m){tags} fill(none)"
    )
    return (
        f"SELECT mean({ident('pcs')}) AS {ident('pcs')} FROM ({inner})"
        f" WHERE {TIME} GROUP BY time($__interval){tags} fill(null)"
    )


def online_over_time(where: str) -> str:
    """How many PCs were online, on average."""
    return present_over_time("online", where)


def present_over_time(field: str, where: str) -> str:
    inner = (
        f"SELECT sum({ident(field)}) AS {ident('pcs')} FROM {ident('presence')}"
        f" WHERE {TIME} AND {where} GROUP BY time(1m) fill(none)"
    )
    return (
        f"SELECT mean({ident('pcs')}) AS {ident('pcs')} FROM ({inner})"
        f" WHERE {TIME} GROUP BY time($__interval) fill(null)"
    )


def after_hours_today(where: str) -> str:
    """Seconds of play outside the hours, by local day; the last row is today."""
    return (
        f"SELECT sum({ident('after_hours')}) AS {ident('after_hours')} FROM {ident('games')}"
        f" WHERE time > now() - 1d AND {where} GROUP BY time(1d) fill(0) tz('Asia/Ho_Chi_Minh')"
    )


def states_over_time(where: str) -> str:
    """Each PC's presence state; null where presence itself did not write."""
    return (
        f"SELECT last({ident('state')}) AS {ident('state')} FROM {ident('presence')}"
        f" WHERE {TIME} AND {where} GROUP BY time($__interval), {ident('pc')} fill(null)"
    )


def load_over_time(field: str, where: str) -> str:
    """A PC's `cpu` or `memory`, in percent."""
    return (
        f"SELECT mean({ident(field)}) AS {ident(field)} FROM {ident('host')}"
        f" WHERE {TIME} AND {where} GROUP BY time($__interval), {ident('pc')} fill(null)"
    )


def queued_over_time(where: str) -> str:
    """Messages that wait in the spools, summed over PCs at each PC's worst."""
    return _over_pcs(f"max({ident('queued')})", where)


def dropped_over_time(where: str) -> str:
    """Messages given up in each interval; a new stream starts its count again and is no negative number."""
    return _over_pcs(f"non_negative_difference(max({ident('dropped')}))", where)


def _over_pcs(selected: str, where: str) -> str:
    inner = (
        f"SELECT {selected} AS {ident('messages')} FROM {ident('agent')}"
        f" WHERE {TIME} AND {where} GROUP BY time($__interval), {names(('venue', 'pc'))}"
    )
    return (
        f"SELECT sum({ident('messages')}) AS {ident('messages')} FROM ({inner})"
        f" WHERE {TIME} GROUP BY time($__interval) fill(null)"
    )


def presence_now(where: str, more: tuple[str, ...] = (), field: str = "online") -> str:
    hours = f", {ident('hours')}" if more else ""
    return (
        f"SELECT last({ident(field)}) AS {ident(field)}{hours} FROM {ident('presence')}"
        f" WHERE {RECENT} AND {where} GROUP BY {names(('venue', 'pc', *more))}"
    )
