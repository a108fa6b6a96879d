"""A TOML file with the place of each of its keys, which tomllib tells for faults of syntax only."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from collector.problem import Place, Problem, error

if TYPE_CHECKING:
    from pathlib import Path

_TABLE = re.compile(r"\s*\[\s*([A-Za-z0-9_.\"' -]+?)\s*\]\s*(?:#.*)?")
_KEY = re.compile(r"\s*([A-Za-z0-9_.\"' -]+?)\s*=\s*(.*?)\s*")
_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True)
class TomlFile:
    """`values` by dotted name, `broker.port`; a table that is there stands as a dictionary."""

    shown: str
    values: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)
    cells: dict[str, Place] = field(default_factory=dict)

    def key(self, name: str) -> Place:
        """Where a key's name stands; else its table; else the file's beginning."""
        return self.keys.get(name) or self.keys.get(name.rpartition(".")[0]) or Place(self.shown)

    def value(self, name: str) -> Place:
        return self.cells.get(name) or self.key(name)


def read(path: Path) -> tuple[TomlFile, list[Problem]]:
    """The file, empty where a problem says that it cannot be read."""
    shown = str(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as fault:
        summary = f"cannot be read: {fault.strerror or fault}"
        return TomlFile(shown), [error("settings/file", summary, "see agent.sample.toml", Place(shown))]
    except UnicodeDecodeError:
        return TomlFile(shown), [error("settings/file", "no UTF-8", "save the file as UTF-8", Place(shown))]
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        return TomlFile(shown), [_syntax(shown, text, str(fault))]
    keys, cells = _places(shown, text)
    return TomlFile(shown, _flat(data), keys, cells), []


def _syntax(shown: str, text: str, message: str) -> Problem:
    lines = text.splitlines() or [""]
    found = _AT.search(message)
    line, column = (int(found[1]), int(found[2])) if found and found[1] else (len(lines), 1)
    source = lines[line - 1] if line <= len(lines) else ""
    return error(
        "settings/syntax",
        "no TOML: " + _AT.sub("", message),
        'texts stand in quotes, one setting a line: host = "mqtt.example.vn"',
        Place(shown, line, column, source),
    )


def _flat(data: dict[str, Any]) -> dict[str, Any]:
    """Two levels are all that settings have; deeper ones keep their dictionary."""
    values: dict[str, Any] = {}
    for name, value in data.items():
        values[name] = value
        if isinstance(value, dict):
            values.update((f"{name}.{inner}", under) for inner, under in value.items())
    return values


def _places(shown: str, text: str) -> tuple[dict[str, Place], dict[str, Place]]:
    """Line by line; the text is known to be TOML. Inside a text of many lines a false key does no harm:
    the first place of a name counts, and only names that the file holds are asked for.
    """
    keys: dict[str, Place] = {}
    cells: dict[str, Place] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if found := _TABLE.fullmatch(line):
            table = _bare(found[1])
            keys.setdefault(table, Place(shown, number, found.start(1) + 1, line, len(found[1])))
        elif found := _KEY.fullmatch(line):
            name = f"{table}.{_bare(found[1])}" if table else _bare(found[1])
            keys.setdefault(name, Place(shown, number, found.start(1) + 1, line, len(found[1])))
            cells.setdefault(name, Place(shown, number, found.start(2) + 1, line, max(1, len(found[2]))))
    return keys, cells


def _bare(name: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in name.split("."))
