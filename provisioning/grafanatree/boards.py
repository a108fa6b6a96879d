"""Dashboards as far as Grafana keeps or loses them by it: identity, format, ids and places of panels, dead keys."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from collector.document import KEY, Document, parse_yaml
from collector.problem import Place, error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from collector.document import Key
    from collector.problem import Problem

SCHEMA = 41  # a lower number makes the browser migrate what never was of the old model
_COLUMNS = 24
_UID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_NAME = re.compile(r"\w+")
_TOP = {
    "uid", "title", "tags", "description", "timezone", "editable", "graphTooltip", "time", "timepicker", "refresh",
    "schemaVersion", "panels", "templating", "annotations", "links", "version", "id", "fiscalYearStartMonth",
    "weekStart", "liveNow", "preload",
}  # fmt: skip
_PANEL = {
    "id", "type", "title", "description", "gridPos", "datasource", "targets", "fieldConfig", "options",
    "transformations", "links", "interval", "maxDataPoints", "repeat", "repeatDirection", "maxPerRow",
    "pluginVersion", "transparent", "timeFrom", "timeShift", "collapsed", "panels", "hideTimeOverride",
}  # fmt: skip
_DEAD_TYPES = {"graph", "singlestat", "table-old", "grafana-worldmap-panel", "grafana-piechart-panel"}
_VARIABLES = {"query", "custom", "datasource", "interval", "constant", "textbox", "adhoc"}
_REFRESH = re.compile(r"|auto|[1-9][0-9]*(?:s|m|h|d)")

_Fault = tuple[tuple[str | int, ...], str, str]  # where, what is wrong, what to write


@dataclass(frozen=True)
class Page:
    """A board as others may refer to it; `sources` are the data sources that it names, each with its place.

    Of a file that cannot be read there is one without a uid.
    """

    document: Document
    uid: str | None
    title: str
    panels: frozenset[int]
    sources: tuple[tuple[Key, str], ...]


def read(files: Mapping[str, str]) -> tuple[list[Page], list[Problem]]:
    pages: list[Page] = []
    problems: list[Problem] = []
    for path, text in sorted(files.items()):
        try:
            json.loads(text)
        except json.JSONDecodeError as wrong:
            line = text.split("\n")[wrong.lineno - 1]
            place = Place(path, wrong.lineno, wrong.colno, line[:200])
            problems.append(error("grafana/board", f"not JSON: {wrong.msg}", "see https://json.org", place))
            pages.append(Page(Document(path, None), None, "", frozenset(), ()))
            continue
        document = parse_yaml(text, path, object).document  # JSON is YAML, and so has places
        if not isinstance(document.data, dict):
            problems.append(error("grafana/board", "no dashboard: not an object", "write {…}", Place(path)))
            pages.append(Page(document, None, "", frozenset(), ()))
            continue
        pages.append(_page(document))
        for key, fault, remedy in _faults(document.data):
            problems.append(document.problem("grafana/board", key, fault, remedy))
    return pages, [*problems, *_once(pages)]


def _page(document: Document) -> Page:
    panels = [panel for _, panel in _panels(document.data)]
    return Page(
        document,
        str(document.data.get("uid")) if "uid" in document.data else None,
        str(document.data.get("title", "")),
        frozenset(panel["id"] for panel in panels if isinstance(panel.get("id"), int)),
        tuple(_sources(document.data, ())),
    )


def _once(pages: list[Page]) -> Iterator[Problem]:
    """Two of one uid, or of one title in the folder: the provider would lose its right to write."""
    taken: dict[tuple[str, str | None], str] = {}
    for page in (page for page in pages if page.uid is not None):
        for name, value in (("uid", page.uid), ("title", page.title)):
            if (name, value) in taken:
                fault = f"the {name} {value!r} is that of {taken[name, value]} too"
                yield page.document.problem("grafana/board", (name,), fault, "give each board its own")
            taken.setdefault((name, value), page.document.path)


def _faults(data: Mapping[str, Any]) -> Iterator[_Fault]:
    for name in sorted(set(data) - _TOP):
        yield (name, KEY), f"{name!r} is no key of a dashboard", "remove it: Grafana would ignore it"
    uid = data.get("uid")
    if not isinstance(uid, str) or _UID.fullmatch(uid) is None:
        yield ("uid",), f"{uid!r} is no uid", "write 1 to 40 of A-Z, a-z, 0-9, _ and -"
    if not isinstance(data.get("title"), str) or not data["title"].strip():
        yield ("title",), "without a title Grafana passes over the file", "write `title`"
    if data.get("id") is not None:
        yield ("id",), f"the id {data['id']!r} is the database's to give", "write null"
    if data.get("schemaVersion") != SCHEMA:
        fault = f"schemaVersion {data.get('schemaVersion')!r}: the browser would change the board by its migrations"
        yield ("schemaVersion",), fault, f"write {SCHEMA}"
    if not isinstance(data.get("refresh", ""), str) or not _REFRESH.fullmatch(data.get("refresh", "")):
        yield ("refresh",), f"{data['refresh']!r} is no interval", 'write for example "30s", or ""'
    yield from _variable_faults(data)
    yield from _panel_faults(data)


def _variable_faults(data: Mapping[str, Any]) -> Iterator[_Fault]:
    templating = data.get("templating", {})
    listed = templating.get("list", []) if isinstance(templating, dict) else []
    seen: set[str] = set()
    if not isinstance(listed, list) or not all(isinstance(variable, dict) for variable in listed):
        yield ("templating",), "the variables are no list of objects", "write {list: […]}"
        return
    for i, variable in enumerate(listed):
        name = str(variable.get("name", ""))
        key = ("templating", "list", i)
        if _NAME.fullmatch(name) is None:
            yield (*key, "name"), f"{name!r} is no name of a variable", "write letters, digits and _"
        if name in seen:
            yield (*key, "name"), f"the variable {name!r} stands twice", "give each its own name"
        seen.add(name)
        if str(variable.get("type")) not in _VARIABLES:
            fault = f"no variable is of the type {variable.get('type')!r}"
            yield (*key, "type"), fault, f"write one of {', '.join(sorted(_VARIABLES))}"


def _panels(data: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    """Every panel, also those inside rows, with its place."""
    listed = data.get("panels")
    for i, panel in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(panel, dict):
            yield ("panels", i), panel
            yield from ((("panels", i, *key), inner) for key, inner in _panels(panel))


def _panel_faults(data: Mapping[str, Any]) -> Iterator[_Fault]:
    ids: dict[int, object] = {}
    listed = data.get("panels")
    if not isinstance(listed, list) or not all(isinstance(panel, dict) for panel in listed):
        yield ("panels",), "the panels are no list of objects", "write [{…}, …]"
    for key, panel in _panels(data):
        number = panel.get("id")
        if not isinstance(number, int) or isinstance(number, bool):
            yield (
                (*key, "id"),
                f"{number!r} is no id of a panel",
                "write a whole number, and keep it for ever",
            )
        elif number in ids:
            fault = f"the id {number} is that of {ids[number]!r} too"
            yield (*key, "id"), fault, "give each panel its own: links to it hang on it"
        else:
            ids[number] = panel.get("title", "")
        for name in sorted(set(panel) - _PANEL):
            yield (*key, name, KEY), f"{name!r} is no key of a panel", "remove it: Grafana would ignore it"
        if not isinstance(panel.get("type"), str) or panel["type"] in _DEAD_TYPES:
            yield (*key, "type"), f"no panel is of the type {panel.get('type')!r}", "write for example stat"
        if panel.get("panels") and not panel.get("collapsed"):
            fault = "an open row holds no panels: they would not be shown"
            yield (*key, "panels"), fault, "let them follow the row, or write `collapsed: true`"
        yield from _threshold_faults((*key, "fieldConfig", "defaults", "thresholds"), panel)
    yield from _grid_faults(data)


def _grid_faults(data: Mapping[str, Any]) -> Iterator[_Fault]:
    placed: list[tuple[tuple[str | int, ...], dict[str, int]]] = []
    for key, panel in _panels(data):
        grid = panel.get("gridPos")
        fault = _grid_fault(grid)
        if fault:
            yield (*key, "gridPos"), fault, "write whole numbers: x + w at most 24, h and w at least 1"
        elif isinstance(grid, dict) and len(key) == 2:  # what a closed row holds lies on nothing
            placed.append((key, grid))
    for (_, one), (key, two) in combinations(placed, 2):
        if _overlap(one, two, "x", "w") and _overlap(one, two, "y", "h"):
            yield (*key, "gridPos"), "the panel lies on another one", "move one of them"


def _overlap(one: Mapping[str, int], two: Mapping[str, int], start: str, size: str) -> bool:
    return one[start] < two[start] + two[size] and two[start] < one[start] + one[size]


def _grid_fault(grid: object) -> str:
    if not isinstance(grid, dict) or set(grid) - {"static"} != {"h", "w", "x", "y"}:
        return "a place needs h, w, x and y"
    if any(not isinstance(grid[name], int) or isinstance(grid[name], bool) for name in "hwxy"):
        return "a place is written in whole numbers"
    if grid["x"] < 0 or grid["y"] < 0 or grid["w"] < 1 or grid["h"] < 1 or grid["x"] + grid["w"] > _COLUMNS:
        return f"the panel does not fit in {_COLUMNS} columns"
    return ""


def _threshold_faults(key: tuple[str | int, ...], panel: Mapping[str, Any]) -> Iterator[_Fault]:
    """The first step has no number, and the others rise."""
    found: Any = panel
    for step in key[-3:]:
        found = found.get(step) if isinstance(found, dict) else None
    steps = found.get("steps") if isinstance(found, dict) else None
    if not isinstance(steps, list) or not steps:
        return
    values = [step.get("value") if isinstance(step, dict) else step for step in steps]
    if values[0] is not None:
        yield (*key, "steps", 0), f"the first step begins at {values[0]!r}", "write null"
    rest = [value for value in values[1:] if isinstance(value, int | float)]
    if len(rest) != len(values) - 1 or rest != sorted(rest):
        yield (*key, "steps"), "steps do not rise, or are no numbers", "write rising numbers after null"


def _sources(value: Any, key: Key) -> Iterator[tuple[Key, str]]:
    """The uid of each data source that is named anywhere; variables and Grafana's own ones aside."""
    if isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _sources(inner, (*key, i))
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name != "datasource":
                yield from _sources(inner, (*key, name))
            elif isinstance(inner, dict) and isinstance(inner.get("uid"), str):
                if not inner["uid"].startswith(("$", "-- ")) and inner["uid"] != "grafana":
                    yield (*key, name, "uid"), inner["uid"]
            elif isinstance(inner, str):
                yield (*key, name), inner
