"""Reads a folder of generated dashboard JSON; a file is read again when it changes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

Json = dict[str, Any]


@dataclass(frozen=True)
class Target:
    ref: str
    query: str
    alias: str
    as_table: bool


@dataclass(frozen=True)
class Panel:
    """`fields` and `options` are Grafana's own fieldConfig and options."""

    id: int
    kind: str
    title: str
    description: str
    grid: tuple[int, int, int, int]  # x, y, w, h
    targets: tuple[Target, ...]
    fields: Json
    options: Json
    transformations: tuple[Json, ...]
    interval: str
    max_data_points: int | None


@dataclass(frozen=True)
class Variable:
    """`options` are (value, text) as the file lists them; a query variable has none."""

    name: str
    kind: str
    label: str
    query: str
    multi: bool
    include_all: bool
    all_value: str | None
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Link:
    title: str
    url: str
    keep_time: bool
    include_vars: bool


@dataclass(frozen=True)
class Board:
    uid: str
    title: str
    description: str
    panels: tuple[Panel, ...]
    variables: tuple[Variable, ...]
    links: tuple[Link, ...]
    time: tuple[str, str]  # from, to
    refresh: str
    file: str


class Boards:
    """The boards of a folder by uid."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, tuple[tuple[int, int], Board]] = {}

    def get(self) -> dict[str, Board]:
        """OSError or ValueError where a file is no dashboard."""
        found = {}
        for path in sorted(self._folder.glob("*.json")):
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            known = self._read.get(path.name)
            if known is None or known[0] != stamp:
                known = (stamp, read(path))
                self._read[path.name] = known
            found[known[1].uid] = known[1]
        return found


def read(path: Path) -> Board:
    """ValueError (with the file's name) where it is no dashboard of ours."""
    try:
        return board(json.loads(path.read_text("utf-8")), path.name)
    except (KeyError, TypeError, AttributeError) as fault:
        raise ValueError(f"{path.name} is no dashboard: {fault!r}") from fault


def board(data: Json, file: str) -> Board:
    return Board(
        uid=data["uid"],
        title=data["title"],
        description=data.get("description", ""),
        panels=tuple(_panel(row) for row in data["panels"]),
        variables=tuple(_variable(row) for row in data["templating"]["list"]),
        links=tuple(
            Link(row["title"], row["url"], row.get("keepTime", False), row.get("includeVars", False))
            for row in data["links"]
        ),
        time=(data["time"]["from"], data["time"]["to"]),
        refresh=data.get("refresh", ""),
        file=file,
    )


def _panel(row: Json) -> Panel:
    grid = row["gridPos"]
    return Panel(
        id=row["id"],
        kind=row["type"],
        title=row["title"],
        description=row.get("description", ""),
        grid=(grid["x"], grid["y"], grid["w"], grid["h"]),
        targets=tuple(
            Target(t["refId"], t["query"], t.get("alias", ""), t.get("resultFormat") == "table")
            for t in row.get("targets", ())
        ),
        fields=row.get("fieldConfig", {}),
        options=row.get("options", {}),
        transformations=tuple(row.get("transformations", ())),
        interval=row.get("interval", ""),
        max_data_points=row.get("maxDataPoints"),
    )


def _variable(row: Json) -> Variable:
    options = ((o["value"], o["text"]) for o in row.get("options", ()) if o["value"] != "$__all")
    return Variable(
        name=row["name"],
        kind=row["type"],
        label=row.get("label") or row["name"],
        query=row["query"],
        multi=row.get("multi", False),
        include_all=row.get("includeAll", False),
        all_value=row.get("allValue"),
        options=tuple(options),
    )
