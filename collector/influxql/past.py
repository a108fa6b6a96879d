"""Queries of a backtest: the points that a rule's queries would have seen, a stretch of time at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.influxql.text import ident, names

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def points_of(
    field: str,
    measurement: str,
    conditions: Iterable[str],
    tags: Sequence[str],
    since_ms: int,
    before_ms: int,
) -> str:
    """Each point of a field, by its tags."""
    grouped = f" GROUP BY {names(tuple(tags))}" if tags else ""
    return f"SELECT {ident(field)} {_from(measurement, conditions, since_ms, before_ms)}{grouped}"


def sums_of(
    aggregates: Sequence[str],
    field: str,
    measurement: str,
    conditions: Iterable[str],
    tags: Sequence[str],
    since_ms: int,
    before_ms: int,
    width: int,
) -> str:
    """Aggregates of a field over stretches of `width` seconds that begin at multiples of it after `since_ms`."""
    selected = ", ".join(f"{aggregate}({ident(field)})" for aggregate in aggregates)
    offset = since_ms // 1000 % width
    grouped = ", ".join((f"time({width}s, {offset}s)", *map(ident, tags)))
    source = _from(measurement, conditions, since_ms, before_ms)
    return f"SELECT {selected} {source} GROUP BY {grouped} fill(none)"


def _from(measurement: str, conditions: Iterable[str], since_ms: int, before_ms: int) -> str:
    where = " AND ".join((f"time >= {since_ms}ms AND time < {before_ms}ms", *conditions))
    return f"FROM {ident(measurement)} WHERE {where}"
