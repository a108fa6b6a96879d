"""Queries of rules: one grammar for all of them, which the backtest reads as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.influxql.text import TIME, ident, moment, names

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


def rule_query(
    aggregate: str,
    measurement: str,
    field: str,
    conditions: Iterable[str],
    tags: tuple[str, ...],
    plus: int = 0,
) -> str:
    """An aggregate of one field over the range for each set of tags, one point a series; `plus` is added to it.

    One field only, and no time buckets: Grafana would make two series of equal labels of two columns.
    """
    where = " AND ".join((TIME, *conditions))
    grouped = f" GROUP BY {names(tags)}" if tags else ""
    added = f" + {plus}" if plus else ""
    return f"SELECT {aggregate}({ident(field)}){added} FROM {ident(measurement)} WHERE {where}{grouped}"


def compared(field: str, operator: str, value: float) -> str:
    """A condition on a number; a field without a value meets none."""
    return f"{ident(field)} {operator} {int(value) if value == int(value) else value}"


def since(at: datetime) -> str:
    return f"time >= {moment(at)}"


def before(at: datetime) -> str:
    return f"time < {moment(at)}"
