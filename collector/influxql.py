"""Every InfluxQL text: quoting, and one function a query that rules, panels and processes share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Grafana puts the dashboard's or the rule's time range here; both ends are included.
TIME = "$timeFilter"


def ident(name: str) -> str:
    """A measurement's, tag's or field's name in double quotes."""
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def string(value: str) -> str:
    """A text in single quotes. ValueError for a line break, which no escape carries through."""
    if "\n" in value:
        raise ValueError("a line break cannot stand in an InfluxQL text")
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def last_messages(since: str) -> str:
    """For each PC the last message that is stored, of those stamped within `since` (such as 2d)."""
    return f'SELECT last("n") FROM "agent" WHERE time > now() - {since} GROUP BY "venue", "pc"'


def last_blind(since: str) -> str:
    """For each PC and reason the last word on it, of those stamped within `since`."""
    return f'SELECT last("blind") FROM "blind" WHERE time > now() - {since} GROUP BY "venue", "pc", "reason"'


def last_ledger(since: str) -> str:
    """The moment of the last entry of each ingest process in its books."""
    return f'SELECT last("received") FROM "ledger" WHERE time > now() - {since} GROUP BY "worker"'


# What "now" means on a board and in a check: presence writes each minute, games come each 30 seconds.
RECENT = "time > now() - 3m"

# A sample's `play` is at most a day (schema), so this makes 1 of any play and 0 of none.
_DAY = 86_400.0

# A line of `blind` without a reason says that nothing was hidden.
_BLIND = "\"reason\" != 'none'"

# A condition that any point meets, where a query wants one.
ANY = "time > 0"

# A sample of `games` without a game says that the PC was seen; it is no game.
PLAYED = "\"game\" != 'none'"


def matches(tag: str, variable: str) -> str:
    """A condition on a tag by a dashboard variable: the only form that All and several values survive."""
    return f"{ident(tag)} =~ /^${variable}$/"


def tag_values(measurement: str, tag: str) -> str:
    return f"SHOW TAG VALUES FROM {ident(measurement)} WITH KEY = {ident(tag)}"


def playing_now(field: str, each: tuple[str, ...], where: str) -> str:
    """How many venues or PCs (`each`) have `play` or `after_hours` now; 0 only where samples say so."""
    inner = (
        f"SELECT ceil(max({ident(field)}) / {_DAY}) AS {ident('active')} FROM {ident('games')}"
        f" WHERE {RECENT} AND {where} GROUP BY {_names(each)}"
    )
    return f"SELECT sum({ident('active')}) AS {ident(field)} FROM ({inner})"


def playing_by_venue(where: str) -> str:
    """A row a venue: PCs playing now, and PCs playing outside the hours (null where no rule is known)."""
    inner = (
        f"SELECT ceil(max({ident('play')}) / {_DAY}) AS {ident('playing')},"
        f" ceil(max({ident('after_hours')}) / {_DAY}) AS {ident('late')} FROM {ident('games')}"
        f" WHERE {RECENT} AND {where} GROUP BY {_names(('venue', 'pc', 'place', 'class'))}"
    )
    return (
        f"SELECT sum({ident('playing')}) AS {ident('playing')}, sum({ident('late')}) AS {ident('late')}"
        f" FROM ({inner}) GROUP BY {_names(('venue', 'place', 'class'))}"
    )


def playing_by_pc(where: str) -> str:
    """A row a PC: the seconds of play, and of play outside the hours, in its last samples."""
    return (
        f"SELECT max({ident('play')}) AS {ident('play')}, max({ident('after_hours')}) AS {ident('late')}"
        f" FROM {ident('games')} WHERE {RECENT} AND {where} GROUP BY {ident('pc')}"
    )


def coverage_now(where: str) -> str:
    """The share of registered PCs that are observed and not blind, in percent."""
    inner = _presence_now(where, field="observed")
    return f"SELECT 100 * mean({ident('observed')}) AS {ident('coverage')} FROM ({inner})"


def online_now(where: str) -> str:
    return f"SELECT sum({ident('online')}) AS {ident('online')} FROM ({_presence_now(where)})"


def registered_now(where: str) -> str:
    return f"SELECT count({ident('online')}) AS {ident('registered')} FROM ({_presence_now(where)})"


def presence_by_venue(where: str) -> str:
    """A row a venue: PCs online, PCs registered, and what the law says of now."""
    by = ("venue", "place", "class")
    return (
        f"SELECT sum({ident('online')}) AS {ident('online')}, count({ident('online')}) AS {ident('registered')},"
        f" last({ident('hours')}) AS {ident('hours')} FROM ({_presence_now(where, ('place', 'class'))})"
        f" GROUP BY {_names(by)}"
    )


def presence_by_pc(where: str) -> str:
    """A row a PC: state, its cause, and the seconds since its last message."""
    return (
        f"SELECT last({ident('state')}) AS {ident('state')}, {ident('cause')}, {ident('seen')}"
        f" FROM {ident('presence')} WHERE {RECENT} AND {where} GROUP BY {ident('pc')}"
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
        f" WHERE {RECENT} AND {where} GROUP BY {_names(('policy', 'severity', 'venue', 'pc'))}"
    )
    return f"SELECT sum({ident('firing')}) AS {ident('firing')} FROM ({inner})"


def violations_now(where: str) -> str:
    """A row a firing violation: policy, severity, venue, PC, and for how long."""
    by = _names(("policy", "severity", "venue", "pc"))
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
    return _present_over_time("online", where)


def _present_over_time(field: str, where: str) -> str:
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
        f" WHERE {TIME} AND {where} GROUP BY time($__interval), {_names(('venue', 'pc'))}"
    )
    return (
        f"SELECT sum({ident('messages')}) AS {ident('messages')} FROM ({inner})"
        f" WHERE {TIME} GROUP BY time($__interval) fill(null)"
    )


def accesses_now(grade: str, where: str) -> str:
    """How often sites of a grade were reached; 0 only where somebody looked.

    All other lines count as noughts: where all last samples hold hits of another grade, none says "none".
    """
    told = f'sum("accesses") AS "accesses" FROM "sites" WHERE {RECENT} AND {where} AND "grade"'
    of = string(grade)
    return f'SELECT sum("accesses") AS "accesses" FROM (SELECT {told} = {of}), (SELECT 0 * {told} != {of})'


def accesses_today(grade: str, where: str) -> str:
    bound = f'{where} AND ("grade" = {string(grade)} OR "grade" = \'none\')'
    return _by_day('sum("accesses") AS "accesses"', "sites", bound)


def coverage_today(where: str) -> str:
    """The share of the registered PCs' minutes in which they were observed and not blind, in percent."""
    return _by_day('100 * mean("observed") AS "coverage"', "presence", where)


def blind_today(where: str) -> str:
    """Seconds for which PCs were online and blind, summed over PCs."""
    return _by_day('60 * (sum("online") - sum("observed")) AS "blind"', "presence", where)


def _by_day(selected: str, measurement: str, where: str) -> str:
    """The last row is today; null on a day on which nothing was written."""
    return (
        f"SELECT {selected} FROM {ident(measurement)} WHERE time > now() - 1d AND {where}"
        " GROUP BY time(1d) fill(null) tz('Asia/Ho_Chi_Minh')"
    )


def looking_now(where: str) -> str:
    """How many PCs look for listed sites; no row where none does."""
    inner = f'SELECT last("accesses") AS "pcs" FROM "sites" WHERE {RECENT} AND {where} GROUP BY "venue", "pc"'
    return f'SELECT count("pcs") AS "pcs" FROM ({inner})'


def blind_now(where: str) -> str:
    """How many PCs are online and blind."""
    last = f'SELECT last("online") AS "online", "observed" FROM "presence" WHERE {RECENT} AND {where}'
    return f'SELECT sum("online") - sum("observed") AS "pcs" FROM ({last} GROUP BY "venue", "pc")'


def observed_over_time(where: str) -> str:
    """How many PCs were observed and not blind, on average."""
    return _present_over_time("observed", where)


def sites_over_time(field: str, where: str) -> str:
    """`lookups` or `accesses` in each interval: 0 where somebody looked and saw none, null where nobody looked."""
    return (
        f'SELECT sum({ident(field)}) AS {ident(field)} FROM "sites"'
        f" WHERE {TIME} AND {where} GROUP BY time($__interval) fill(null)"
    )


def accesses_by_category(grade: str, where: str) -> str:
    """Accesses of a grade in each interval; no point where there was none."""
    return (
        f'SELECT sum("accesses") AS "accesses" FROM "sites" WHERE {TIME} AND {where}'
        f' AND "grade" = {string(grade)} GROUP BY time($__interval), "category" fill(none)'
    )


def blind_over_time(where: str) -> str:
    """How many PCs had a reason at some time of each interval; a PC with two reasons counts twice."""
    inner = (
        f'SELECT max("blind") AS "pcs" FROM "blind" WHERE {TIME} AND {where} AND {_BLIND}'
        ' GROUP BY time($__interval), "venue", "pc", "reason" fill(none)'
    )
    return (
        f'SELECT sum("pcs") AS "pcs" FROM ({inner})'
        f' WHERE {TIME} GROUP BY time($__interval), "reason" fill(none)'
    )


def blind_by_pc(where: str) -> str:
    """A row a PC and reason of its last samples, with what shows it."""
    return (
        'SELECT last("detail") AS "detail" FROM "blind"'
        f' WHERE {RECENT} AND {where} AND {_BLIND} GROUP BY "venue", "pc", "reason"'
    )


def blind_since(where: str) -> str:
    """A row a blind PC: the seconds from its last sample without a reason to its last one with any.

    Two points a PC, 0 then 1, in no sure order: the product of the two differences does not depend on it, and
    is negative where the PC has recovered. No row where no sample of a week is without a reason.
    """
    last, by = 'SELECT last("blind") AS "blind" FROM "blind" WHERE', 'GROUP BY "venue", "pc"'
    clear = f"{last} time > now() - 7d AND {where} AND \"reason\" = 'none' {by}"
    blind = f"{last} {RECENT} AND {where} AND {_BLIND} {by}"
    steps = f'SELECT elapsed("blind", 1s) AS "elapsed", difference("blind") AS "turn" FROM ({clear}), ({blind}) {by}'
    product = f'SELECT "elapsed" * "turn" AS "since" FROM ({steps}) {by}'
    return f'SELECT "since" FROM ({product}) WHERE "since" > 0 {by}'


def last_hits(grade: str, where: str, limit: int = 500) -> str:
    """The newest lines of a grade as they were sent: a domain is a field, and no query groups by it."""
    columns = (
        '"venue", "pc", "domain", "category", "grade", "source", "version", "process", "lookups", "accesses"'
    )
    return (
        f'SELECT {columns} FROM "sites" WHERE {TIME} AND {where} AND "grade" = {string(grade)}'
        f" ORDER BY time DESC LIMIT {limit}"
    )


def _presence_now(where: str, more: tuple[str, ...] = (), field: str = "online") -> str:
    hours = f", {ident('hours')}" if more else ""
    return (
        f"SELECT last({ident(field)}) AS {ident(field)}{hours} FROM {ident('presence')}"
        f" WHERE {RECENT} AND {where} GROUP BY {_names(('venue', 'pc', *more))}"
    )


def _names(tags: tuple[str, ...]) -> str:
    return ", ".join(map(ident, tags))


def sum_per_pc(measurement: str, field: str, classes: tuple[str, ...], where: Mapping[str, str]) -> str:
    """A rule's query: a field's sum over the range for each PC of some classes, one point a series.

    `where` narrows it to points with these tags. One field only, and no time buckets: Grafana would make two series of equal labels of two columns.
    """
    bound = " OR ".join(f"{ident('class')} = {string(klass)}" for klass in classes)
    narrowed = "".join(f" AND {ident(tag)} = {string(value)}" for tag, value in sorted(where.items()))
    return (
        f"SELECT sum({ident(field)}) FROM {ident(measurement)} WHERE {TIME} AND ({bound}){narrowed}"
        f" GROUP BY {_names(('venue', 'pc', 'place', 'class'))}"
    )


def play_of(venue: str, pc: str) -> str:
    """A PC's samples of play, by game."""
    return (
        'SELECT "play", "after_hours" FROM "games" '
        f'WHERE "venue" = {string(venue)} AND "pc" = {string(pc)} GROUP BY "game"'
    )


def violations_since(since: str) -> str:
    """The last word on each violation that was heard of within `since`."""
    return f'SELECT last("firing") FROM "violation" WHERE time > now() - {since} GROUP BY "policy", "venue", "pc"'


def violation_history() -> str:
    """Every point of every violation."""
    return 'SELECT "firing", "since" FROM "violation" GROUP BY "policy", "venue", "pc"'


def books() -> str:
    """The last entry of each ingest process."""
    return 'SELECT last("received") AS "received", "stored", "dead", "in_flight", "shed" FROM "ledger" GROUP BY "worker"'


def message_numbers() -> str:
    """Every message that is stored: its number and its stream."""
    return 'SELECT "n", "stream" FROM "agent"'


def hits_of(venue: str, pc: str) -> str:
    """A PC's samples of listed sites, by category."""
    return (
        'SELECT "domain", "accesses", "process" FROM "sites" '
        f'WHERE "venue" = {string(venue)} AND "pc" = {string(pc)} GROUP BY "category"'
    )
