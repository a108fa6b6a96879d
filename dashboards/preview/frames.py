"""From InfluxDB's answers to frames as Grafana makes them: series or tables, and the transformations of our boards."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from collector.influx import Series
    from dashboards.preview.reader import Json, Target

TIME, VALUE = "Time", "Value"

_ALIAS = re.compile(r"\$tag_(\w+)|\[\[tag_(\w+)\]\]|\$(col|m|measurement)\b|\[\[(col|m|measurement)\]\]")


@dataclass(frozen=True)
class Column:
    """`name` is what overrides match by; a time column holds epoch milliseconds."""

    name: str
    values: tuple[Any, ...]
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Frame:
    ref: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


def from_answer(target: Target, answer: Sequence[Series]) -> list[Frame]:
    return _table(target, answer) if target.as_table else _series(target, answer)


def transform(frames: list[Frame], steps: Sequence[Json]) -> list[Frame]:
    """ValueError for a transformation that is not known here: it would show something else than Grafana."""
    for step in steps:
        known = _STEPS.get(step["id"])
        if known is None:
            raise ValueError(f"unknown transformation {step['id']}")
        frames = known(frames, step["options"])
    return frames


def _series(target: Target, answer: Sequence[Series]) -> list[Frame]:
    """A frame for each series and each of its columns."""
    frames = []
    for series in answer:
        times = tuple(row[0] for row in series.rows)
        labels = tuple(sorted(series.tags.items()))
        for index, name in enumerate(series.columns[1:], 1):
            shown = _name(target.alias, series, name)
            values = tuple(row[index] for row in series.rows)
            frames.append(Frame(target.ref, (Column(TIME, times), Column(shown, values, labels))))
    return frames


def _table(target: Target, answer: Sequence[Series]) -> list[Frame]:
    """One frame: the time, a column a tag, and the values."""
    if not answer:
        return []
    tags = sorted({tag for series in answer for tag in series.tags})
    names = answer[0].columns[1:]
    rows = [
        (row[0], *(series.tags.get(tag, "") for tag in tags), *row[1:])
        for series in answer
        for row in series.rows
    ]
    columns = zip((TIME, *tags, *names), zip(*rows, strict=True), strict=True)
    return [Frame(target.ref, tuple(Column(name, values) for name, values in columns))]


def _name(alias: str, series: Series, column: str) -> str:
    if not alias:
        tags = ", ".join(f"{key}: {value}" for key, value in sorted(series.tags.items()))
        return f"{series.name}.{column}" + (f" {{ {tags} }}" if tags else "")

    def part(match: re.Match[str]) -> str:
        tag = match[1] or match[2]
        if tag:
            return series.tags.get(tag, "")
        return column if (match[3] or match[4]) == "col" else series.name

    return _ALIAS.sub(part, alias)


def _filter(frames: list[Frame], options: Json) -> list[Frame]:
    excluded = set(options["exclude"]["names"])
    return [replace(f, columns=tuple(c for c in f.columns if c.name not in excluded)) for f in frames]


def _merge(frames: list[Frame], options: Json) -> list[Frame]:
    """One table; rows of two frames become one where all columns that both have are equal."""
    del options
    if len(frames) < 2:
        return frames
    names = list(dict.fromkeys(column.name for frame in frames for column in frame.columns))
    shared = [name for name in names if all(frame.column(name) for frame in frames)]
    merged: dict[tuple[Any, ...], dict[str, Any]] = {}
    for frame in frames:
        for values in zip(*(column.values for column in frame.columns), strict=True):
            row = dict(zip((column.name for column in frame.columns), values, strict=True))
            merged.setdefault(tuple(row[name] for name in shared), {}).update(row)
    rows = merged.values()
    return [Frame(frames[0].ref, tuple(Column(n, tuple(row.get(n) for row in rows)) for n in names))]


def _organize(frames: list[Frame], options: Json) -> list[Frame]:
    order, excluded = options.get("indexByName", {}), options.get("excludeByName", {})
    renamed = options.get("renameByName", {})
    return [
        replace(
            frame,
            columns=tuple(
                replace(column, name=renamed.get(column.name) or column.name)
                for column in sorted(frame.columns, key=lambda c: order.get(c.name, len(order)))
                if not excluded.get(column.name)
            ),
        )
        for frame in frames
    ]


_STEPS = {"filterFieldsByName": _filter, "merge": _merge, "organize": _organize}
