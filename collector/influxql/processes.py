"""Queries of rules and of the server's own processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.influxql.text import TIME, ident, names, string

if TYPE_CHECKING:
    from collections.abc import Mapping


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
