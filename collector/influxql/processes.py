"""Queries of rules and of the server's own processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.influxql.text import TIME, ident, names, string

if TYPE_CHECKING:
    from collections.abc import Mapping


def last_messages(since: str) -> str:
    """For each PC the last message that is stored, of those stamped within `since` (such as 2d)."""
    return f'SELECT last("n") FROM "agent" WHERE time > now() - {since} GROUP BY "venue", "pc"'


def last_blind(since: str) -> str:
    """For each PC and reason the last word on it, of those stamped within `since`."""
    return f'SELECT last("blind") FROM "blind" WHERE time > now() - {since} GROUP BY "venue", "pc", "reason"'


def last_looks(since: str) -> str:
    """For each PC its last sample of listed sites, of those stamped within `since`: whoever has one looks."""
    return f'SELECT last("lookups") FROM "sites" WHERE time > now() - {since} GROUP BY "venue", "pc"'


def last_ledger(since: str) -> str:
    """The moment of the last entry of each ingest process in its books."""
    return f'SELECT last("received") FROM "ledger" WHERE time > now() - {since} GROUP BY "worker"'


def sum_per_pc(measurement: str, field: str, classes: tuple[str, ...], where: Mapping[str, str]) -> str:
    """A rule's query: a field's sum over the range for each PC of some classes, one point a series.

    `where` narrows it to points with these tags. One field only, and no time buckets: Grafana would make two series of equal labels of two columns.
    """
    bound = " OR ".join(f"{ident('class')} = {string(klass)}" for klass in classes)
    narrowed = "".join(f" AND {ident(tag)} = {string(value)}" for tag, value in sorted(where.items()))
    return (
        f"SELECT sum({ident(field)}) FROM {ident(measurement)} WHERE {TIME} AND ({bound}){narrowed}"
        f" GROUP BY {names(('venue', 'pc', 'place', 'class'))}"
    )
