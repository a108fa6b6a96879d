"""Stats and tables as values that a template writes: texts, colours and links, nothing to be computed there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from dashboards.preview import fields, units
from dashboards.preview.frames import TIME

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dashboards.preview.frames import Column, Frame
    from dashboards.preview.reader import Json, Panel
    from dashboards.preview.timerange import Range

_LINK_PART = re.compile(r"\$\{(__value\.raw|__url_time_range|__data\.fields\.(\w+))\}")
_REDUCERS: dict[str, Callable[[list[Any]], Any]] = {
    "lastNotNull": lambda values: values[-1],
    "last": lambda values: values[-1],
    "sum": sum,
    "min": min,
    "max": max,
    "mean": lambda values: sum(values) / len(values),
    "count": len,
}


@dataclass(frozen=True)
class Stat:
    name: str
    text: str
    color: str


@dataclass(frozen=True)
class Cell:
    text: str
    color: str = ""
    href: str = ""
    number: bool = False


@dataclass(frozen=True)
class Table:
    heads: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]


def stats(panel: Panel, frames: Sequence[Frame], language: str) -> list[Stat]:
    """A number a series; the panel's own `noValue` alone where there is no series and it has one."""
    calc = panel.options["reduceOptions"]["calcs"][0]
    found = [_stat(panel, frame, column, calc, language) for frame in frames for column in frame.columns[1:]]
    if found:
        return found
    defaults = panel.fields["defaults"]
    if "noValue" not in defaults:
        return []
    return [Stat("", defaults["noValue"], fields.threshold(defaults, 0) or "")]


def table(panel: Panel, frames: Sequence[Frame], span: Range, language: str) -> Table | None:
    """The first frame's rows, sorted as the panel says; None where there is no row."""
    if not frames or not frames[0].columns or not frames[0].columns[0].values:
        return None
    frame = frames[0]
    configs = [fields.resolve(panel, column, frame.ref) for column in frame.columns]
    names = [
        config.get("displayName", column.name) for config, column in zip(configs, frame.columns, strict=True)
    ]
    numeric = [any(isinstance(v, int | float) for v in column.values) for column in frame.columns]
    rows = [
        tuple(
            _cell(config, value, dict(zip(frame.columns, row, strict=True)), span, language)
            for config, value in zip(configs, row, strict=True)
        )
        for row in _sorted(panel, names, list(zip(*(c.values for c in frame.columns), strict=True)))
    ]
    return Table(
        tuple(Cell(n, number=is_number) for n, is_number in zip(names, numeric, strict=True)), tuple(rows)
    )


def _stat(panel: Panel, frame: Frame, column: Column, calc: str, language: str) -> Stat:
    config = fields.resolve(panel, column, frame.ref)
    if calc not in _REDUCERS:
        raise ValueError(f"unknown calculation {calc}")
    known = [value for value in column.values if value is not None]
    value = _REDUCERS[calc](known) if known else None
    if calc == "last":  # even if it is null
        value = column.values[-1]
    name = config.get("displayName", column.name)
    if value is None:
        return Stat(name, config.get("noValue", "–"), "")
    text = fields.mapped(config, value)[0] or units.show(
        value, config["unit"], language, config.get("decimals")
    )
    return Stat(name, text, fields.color_of(config, value) or "")


def _sorted(panel: Panel, names: list[str], rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """What is not there comes last; rows that are alike keep the order of their columns."""
    rows = sorted(rows, key=lambda row: tuple(str(value) for value in row))
    for order in reversed(panel.options.get("sortBy", ())):
        if order["displayName"] in names:
            index = names.index(order["displayName"])
            there = [row for row in rows if row[index] is not None]
            there.sort(key=lambda row: (isinstance(row[index], str), row[index]), reverse=order["desc"])
            rows = there + [row for row in rows if row[index] is None]
    return rows


def _cell(config: Json, value: Any, row: dict[Column, Any], span: Range, language: str) -> Cell:
    if value is None or value == "":
        return Cell("–")
    word, _ = fields.mapped(config, value)
    text = word or units.show(value, config.get("unit", "none"), language, config.get("decimals"))
    colored = config.get("custom.cellOptions", {}).get("type", "auto") != "auto"
    color = (fields.color_of(config, value) or "") if colored else ""
    links = config.get("links", ())
    href = _href(links[0]["url"], value, row, span) if links else ""
    return Cell(text, color, href, isinstance(value, int | float))


def _href(url: str, value: Any, row: dict[Column, Any], span: Range) -> str:
    """Only addresses of boards: what a file says is shown, but does not lead out."""
    by_name = {column.name: cell for column, cell in row.items() if column.name != TIME}

    def part(match: re.Match[str]) -> str:
        if match[1] == "__url_time_range":
            return urlencode({"from": span.words[0], "to": span.words[1]})
        return quote(str(value if match[1] == "__value.raw" else by_name.get(match[2], "")), safe="")

    return _LINK_PART.sub(part, url) if url.startswith("/d/") else ""
