"""Queries of the boards about blocked sites, and about who could not see."""

from __future__ import annotations

from collector.influxql.boards import present_over_time
from collector.influxql.text import BLIND, RECENT, TIME, ident, string


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
    return present_over_time("observed", where)


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
        f'SELECT max("blind") AS "pcs" FROM "blind" WHERE {TIME} AND {where} AND {BLIND}'
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
        f' WHERE {RECENT} AND {where} AND {BLIND} GROUP BY "venue", "pc", "reason"'
    )


def blind_since(where: str) -> str:
    """A row a blind PC: the seconds from its last sample without a reason to its last one with any.

    Two points a PC, 0 then 1, in no sure order: the product of the two differences does not depend on it, and
    is negative where the PC has recovered. No row where no sample of a week is without a reason.
    """
    last, by = 'SELECT last("blind") AS "blind" FROM "blind" WHERE', 'GROUP BY "venue", "pc"'
    clear = f"{last} time > now() - 7d AND {where} AND \"reason\" = 'none' {by}"
    blind = f"{last} {RECENT} AND {where} AND {BLIND} {by}"
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
