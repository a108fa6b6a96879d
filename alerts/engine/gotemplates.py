"""Whether a notification template holds together: actions closed, blocks ended, names of the templates that it defines and uses.

Labels and annotations are judged by alerts.engine.template, which runs them; Grafana's notification templates
have other functions and data, and are only read here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(r'\{\{-?\s*(?P<comment>/\*.*?\*/)?|-?\}\}|"(?:[^"\\\n]|\\.)*"|`[^`]*`|[\s\S]', re.DOTALL)
_WORD = re.compile(r"[A-Za-z]+")
_NAME = re.compile(r'(?P<word>define|block|template)\s+"(?P<name>[^"]*)"')
_OPEN = {"if", "range", "with", "define", "block"}


def actions(text: str) -> Iterator[tuple[str, int]]:
    """What stands between `{{` and `}}`, with the line on which it begins. ValueError where one is not closed."""
    inside: list[str] | None = None
    start = line = 1
    for token in _TOKEN.finditer(text):
        word = token[0]
        if inside is None:
            if word.startswith("{{"):
                inside, start = ["/**/"] if token["comment"] else [], line
        elif word in {"}}", "-}}"}:
            yield "".join(inside).strip(), start
            inside = None
        elif word.startswith("{{"):
            raise ValueError(f"line {start}: `{{{{` stands inside an action that is not closed")
        else:
            inside.append(word)
        line += word.count("\n")
    if inside is not None:
        raise ValueError(f"line {start}: `{{{{` is not closed")


def faults(text: str) -> Iterator[str]:
    opened: list[tuple[str, int]] = []
    try:
        for action, line in actions(text):
            match = _WORD.match(action)
            word = match[0] if match else ""
            if not action:
                yield f"line {line}: an empty action"
            elif word == "end":
                if not opened:
                    yield f"line {line}: `end` ends nothing"
                else:
                    opened.pop()
            elif word == "else" and (not opened or opened[-1][0] not in {"if", "range", "with"}):
                yield f"line {line}: `else` stands in no `if`, `range` or `with`"
            elif word in _OPEN:
                if word == "define" and opened:
                    yield f"line {line}: `define` stands inside `{opened[-1][0]}`"
                opened.append((word, line))
    except ValueError as fault:
        yield str(fault)
        return
    yield from (f"line {line}: `{word}` is not ended" for word, line in opened)


def defined(text: str) -> set[str]:
    return {name for word, name in _names(text) if word != "template"}


def used(text: str) -> list[str]:
    return [name for word, name in _names(text) if word == "template"]


def _names(text: str) -> list[tuple[str, str]]:
    try:
        found = [_NAME.match(action) for action, _ in actions(text)]
    except ValueError:
        return []
    return [(match["word"], match["name"]) for match in found if match]
