"""How a panel's values are shown: units, colours, words and links, as Grafana's field configuration has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Frame:
    """What every panel has. `grid` is x, y, w, h in Grafana's 24 columns."""

    id: int
    title: str
    description: str
    grid: tuple[int, int, int, int]


@dataclass(frozen=True)
class Query:
    """One InfluxQL text; `alias` names its series, `as_table` makes rows of it instead."""

    text: str
    alias: str = ""
    as_table: bool = False


@dataclass(frozen=True)
class Looks:
    """How values are shown: by default, and by series or column."""

    unit: str
    color: str = "#4C8BF5"
    decimals: int | None = None
    low: float | None = None
    high: float | None = None
    no_value: str | None = None
    thresholds: tuple[tuple[float, str], ...] = ()
    mappings: tuple[Json, ...] = ()
    overrides: tuple[Json, ...] = ()


def value_map(words: dict[str, tuple[str, str]]) -> Json:
    """Value -> (text, colour)."""
    options = {
        value: {"text": text, "color": color, "index": index}
        for index, (value, (text, color)) in enumerate(words.items())
    }
    return {"type": "value", "options": options}


def name_map(words: tuple[tuple[str, str], ...]) -> Json:
    """Value -> text, where the colour says nothing."""
    return {
        "type": "value",
        "options": {value: {"text": text, "index": index} for index, (value, text) in enumerate(words)},
    }


def by_name(name: str, **properties: Any) -> Json:
    """An override of one column or series; `_` stands for the dot in `custom.width`."""
    return _override("byName", name, properties)


def by_query(ref_id: str, **properties: Any) -> Json:
    return _override("byFrameRefID", ref_id, properties)


def fixed(color: str) -> Json:
    return {"mode": "fixed", "fixedColor": color}


def steps(*pairs: tuple[float | None, str]) -> Json:
    """Thresholds; the first value is null."""
    return {"mode": "absolute", "steps": [{"value": value, "color": color} for value, color in pairs]}


def link(title: str, url: str) -> Json:
    return {"title": title, "url": url, "targetBlank": False}


def board_link(title: str, uid: str) -> Json:
    """From board to board; the venue or place and the time range go along."""
    return {
        "type": "link",
        "title": title,
        "url": f"/d/{uid}",
        "icon": "dashboard",
        "includeVars": True,
        "keepTime": True,
        "targetBlank": False,
        "asDropdown": False,
        "tags": [],
        "tooltip": "",
    }


def _override(matcher: str, options: str, properties: Json) -> Json:
    return {
        "matcher": {"id": matcher, "options": options},
        "properties": [
            {"id": name.replace("custom_", "custom."), "value": value} for name, value in properties.items()
        ],
    }


def grouped(by: tuple[str, ...], **reduced: str) -> Json:
    """A table's step: a row for each different `by`; the other columns reduced, and named `name (how)` from then on."""
    fields: Json = {name: {"operation": "groupby", "aggregations": []} for name in by}
    fields |= {name: {"operation": "aggregate", "aggregations": [how]} for name, how in reduced.items()}
    return {"id": "groupBy", "options": {"fields": fields}}


def field_config(looks: Looks, color_mode: str) -> Json:
    color = fixed(looks.color) if color_mode == "fixed" else {"mode": color_mode}
    defaults: Json = {
        "unit": looks.unit,
        "color": color,
        "mappings": list(looks.mappings),
        "thresholds": steps((None, looks.color), *looks.thresholds),
        "noValue": looks.no_value,
        "decimals": looks.decimals,
        "min": looks.low,
        "max": looks.high,
    }
    return {"fieldConfig": {"defaults": defaults, "overrides": list(looks.overrides)}}
