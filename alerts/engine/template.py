"""The templates of labels and annotations: expanded as Grafana expands them, judged, and searched."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.engine.gotext import general, two_digits
from alerts.engine.templatefuncs import Captured, LabelMap, MisuseError
from alerts.engine.templatelex import TemplateError
from alerts.engine.templaterun import KNOWN, VARIABLES, Data, run
from alerts.engine.templatesyntax import Block, Bracket, Dot, Function, Literal, Pipeline, Variable, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from alerts.engine.templatesyntax import Operand, Tree

NOTHING = "[no value]"
_BLANK = " \t\r\n"
_ROOTS = {"$": (), "$labels": ("Labels",), "$values": ("Values",), "$value": ("Value",)}


@dataclass(frozen=True)
class Expanded:
    """`fault` is why the text is still the template itself."""

    text: str
    fault: str = ""


@dataclass(frozen=True)
class Uses:
    """The names of labels and of values that a template mentions; `value` is `$value`, all of them in words."""

    labels: frozenset[str]
    values: frozenset[str]
    value: bool

    @property
    def by_value(self) -> bool:
        """Whether the text changes with the numbers: a label that does makes a new instance each time."""
        return self.value or bool(self.values)


def attempt(
    text: str,
    labels: Mapping[str, str],
    values: Mapping[str, float | None],
    apart: Mapping[str, Mapping[str, str]] | None = None,
    external_url: str = "",
) -> Expanded:
    """A template filled in; on any fault it stays as it is, and the fault is told.

    `labels` are those of the query and Grafana's own, `apart` the labels of values whose own are others.
    """
    if "{{" not in text:
        return Expanded(text.lstrip(_BLANK))
    try:
        filled = run(_parsed(text), _data(labels, values, apart or {}), external_url)
    except TemplateError as fault:
        return Expanded(text, str(fault))
    return Expanded(filled.replace("<no value>", NOTHING))


def expand(
    text: str,
    labels: Mapping[str, str],
    values: Mapping[str, float | None],
    apart: Mapping[str, Mapping[str, str]] | None = None,
) -> str:
    return attempt(text, labels, values, apart).text


def problems(text: str) -> list[str]:
    """Why a template would stay as it is, or show a fault, whatever the labels and values are."""
    try:
        tree = _parsed(text)
    except TemplateError as fault:
        return [str(fault)]
    used = uses(text)
    trial = _data(dict.fromkeys(used.labels, "x"), dict.fromkeys(used.values, 1.5), {})
    try:
        shown = run(tree, trial)
    except MisuseError as fault:
        return [str(fault)]
    except TemplateError:  # of what the label or value happens to be
        return []
    return ["a verb of printf does not fit its argument; write for example `$values.B.Value`"] * (
        "%!" in shown
    )


def uses(text: str) -> Uses:
    """What a template reads. One that cannot be read reads nothing."""
    try:
        found = set(_of_tree(_parsed(text)))
    except TemplateError:
        found = set()
    return Uses(
        frozenset(key for name, key in found if name == "Labels" and key),
        frozenset(key for name, key in found if name == "Values" and key),
        any(name == "Value" or (name == "Values" and not key) for name, key in found),
    )


def number(value: float | None) -> str:
    """As `{{ $values.B }}` prints it."""
    return two_digits(math.nan if value is None else value)


@functools.lru_cache(maxsize=4096)
def _parsed(text: str) -> Tree:
    # Grafana puts definitions of its variables in front, which trim what follows.
    return parse(text.lstrip(_BLANK), KNOWN, VARIABLES)


def _data(
    labels: Mapping[str, str],
    values: Mapping[str, float | None],
    apart: Mapping[str, Mapping[str, str]],
) -> Data:
    own = LabelMap(labels)
    captured = {
        ref: Captured(LabelMap(apart[ref]) if ref in apart else own, math.nan if value is None else value)
        for ref, value in values.items()
    }
    return Data(own, captured, _in_words(captured, values))


def _in_words(captured: Mapping[str, Captured], values: Mapping[str, float | None]) -> str:
    """`$value`: every number that belongs to the instance. It is one number only where a query gives one, and
    an InfluxQL query never does.
    """
    return ", ".join(
        f"[ var='{ref}' labels={{{captured[ref].Labels}}} value={'null' if v is None else general(v)} ]"
        for ref, v in sorted(values.items())
    )


def _of_tree(tree: Tree) -> Iterator[tuple[str, str]]:
    """Labels, Values or Value, and which of them; nothing where it is all."""
    for part in tree:
        if isinstance(part, Pipeline):
            yield from _of_pipeline(part)
        elif isinstance(part, Block):
            yield from _of_pipeline(part.pipeline)
            yield from _of_tree(part.then)
            yield from _of_tree(part.otherwise)


def _of_pipeline(pipeline: Pipeline) -> Iterator[tuple[str, str]]:
    for command in pipeline.commands:
        operands = list(command)
        if command[0] == Function("index") and len(command) > 2 and isinstance(command[2], Literal):
            yield from ((name, str(command[2].value)) for name, key in _of_operand(command[1]) if not key)
            del operands[1]
        for operand in operands:
            yield from _of_operand(operand)


def _of_operand(operand: Operand) -> Iterator[tuple[str, str]]:
    if isinstance(operand, Bracket):
        yield from _of_pipeline(operand.pipeline)
        return
    path: tuple[str, ...] = ()
    if isinstance(operand, Variable):
        path = (*_ROOTS.get(operand.name, ("",)), *operand.fields)
    elif isinstance(operand, Dot):
        path = operand.fields
    if path and path[0] in {"Labels", "Values", "Value"}:
        yield path[0], path[1] if len(path) > 1 else ""
