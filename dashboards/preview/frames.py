"""From InfluxDB's answers to frames as Grafana makes them: series or tables, and the transformations of our boards."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
    """One table; a row goes into each row before it with which it agrees in all columns that both have."""
    del options
    if len(frames) < 2:
        return frames
    names = list(dict.fromkeys(column.name for frame in frames for column in frame.columns))
    shared = [name for name in names if all(frame.column(name) for frame in frames)]
    rows: list[Json] = []
    alike: dict[tuple[Any, ...], list[Json]] = {}
    for row in (row for frame in frames for row in _rows(frame)):
        known = alike.setdefault(tuple(row[name] for name in shared), [])
        agreeing = [other for other in known if all(other.get(name, row[name]) == row[name] for name in row)]
        for other in agreeing:
            other.update(row)
        if not agreeing:
            known.append(row)
            rows.append(row)
    return [Frame(frames[0].ref, tuple(Column(n, tuple(row.get(n) for row in rows)) for n in names))]


def _rows(frame: Frame) -> list[Json]:
    names = [column.name for column in frame.columns]
    return [
        dict(zip(names, values, strict=True))
        for values in zip(*(column.values for column in frame.columns), strict=True)
    ]


def _group(frames: list[Frame], options: Json) -> list[Frame]:
    """A row for each different set of the grouping columns, in the order in which they first stand."""
    by = [name for name, field in options["fields"].items() if field["operation"] == "groupby"]
    reduced = [
        (name, how)
        for name, field in options["fields"].items()
        if field["operation"] == "aggregate"
        for how in field["aggregations"]
    ]
    found = []
    for frame in frames:
        groups: dict[tuple[Any, ...], list[Json]] = {}
        for row in _rows(frame):
            groups.setdefault(tuple(row[name] for name in by), []).append(row)
        columns = [Column(name, tuple(key[index] for key in groups)) for index, name in enumerate(by)]
        columns += [
            Column(
                f"{name} ({how})",
                tuple(_reduce(how, [row[name] for row in rows]) for rows in groups.values()),
            )
            for name, how in reduced
        ]
        found.append(Frame(frame.ref, tuple(columns)))
    return found


def _reduce(how: str, values: list[Any]) -> Any:
    known = [value for value in values if value is not None]
    if how not in _REDUCERS:
        raise ValueError(f"unknown calculation {how}")
    return _REDUCERS[how](known) if known else None


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


_REDUCERS: dict[str, Callable[[list[Any]], Any]] = {"sum": sum, "max": max}
_STEPS = {"filterFieldsByName": _filter, "merge": _merge, "groupBy": _group, "organize": _organize}
