"""The few forms of Go's templates that generated labels and annotations use."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING

from collector.clock import at_second

if TYPE_CHECKING:
    from collections.abc import Mapping

_ACTION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_LABEL = re.compile(r"(?:\$labels|\.Labels)\.([A-Za-z_][A-Za-z0-9_]*)")
_VALUE = re.compile(r"(?:\$values|\.Values)\.([A-Za-z][A-Za-z0-9_]*)")
_LITERAL = re.compile(r'"(?:[^"\\]|\\["\\nt])*"')
_NUMBER = re.compile(r"(?:\$values|\.Values)\.([A-Za-z][A-Za-z0-9_]*)\.Value")
_CALL = re.compile(rf"reReplaceAll ({_LITERAL.pattern}) ({_LITERAL.pattern}) \((.*)\)", re.DOTALL)
_IF = re.compile(rf"\{{\{{\s*if ({_VALUE.pattern})\s*\}}\}}(.*?)\{{\{{\s*end\s*\}}\}}", re.DOTALL)
_GROUP = re.compile(r"\$([0-9])(?![A-Za-z0-9_])")
NOTHING = "[no value]"


class _UnknownFormError(ValueError):
    """An action that this module does not know."""


def expand(text: str, labels: Mapping[str, str], values: Mapping[str, float | None]) -> str:
    """The text with its actions done; the text itself where one is unknown, as Grafana does on any error."""
    chosen = _IF.sub(lambda match: match[3] if match[2] in values else "", text)
    try:
        return _ACTION.sub(lambda match: _action(match[1].strip(), labels, values), chosen)
    except _UnknownFormError:
        return text


def number(value: float | None) -> str:
    """Two significant digits, and no fewer than the whole part has: 12345.6 is 12346, 0.01234 is 0.012."""
    if value is None or math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    whole = 0 if value == 0 else math.floor(math.log10(abs(value))) + 1
    shown = f"{value:.{max(0, 2 - whole)}f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def timestamp(value: float | None) -> str:
    """As Go prints a moment in UTC: 2026-03-02 15:00:00 +0000 UTC."""
    if value is None or not math.isfinite(value):
        return number(value)
    at = at_second(value)
    fraction = f".{at.microsecond:06}".rstrip("0") if at.microsecond else ""
    return f"{at:%Y-%m-%d %H:%M:%S}{fraction} +0000 UTC"


def _action(form: str, labels: Mapping[str, str], values: Mapping[str, float | None]) -> str:
    if match := _LABEL.fullmatch(form):
        return labels.get(match[1], NOTHING)
    if match := _VALUE.fullmatch(form):
        return number(values[match[1]]) if match[1] in values else NOTHING
    if _LITERAL.fullmatch(form):
        return _literal(form)
    name, _, argument = form.partition(" ")
    if name == "humanizeTimestamp" and (match := _NUMBER.fullmatch(argument)) and match[1] in values:
        return timestamp(values[match[1]])
    if match := _CALL.fullmatch(form):
        return _replace(_literal(match[1]), _literal(match[2]), _action(match[3], labels, values))
    raise _UnknownFormError(form)


def _replace(pattern: str, by: str, text: str) -> str:
    """`$1` is the first group. To Go, `$12` and `$1st` would be groups of those names: ours stand alone."""
    return re.sub(pattern, lambda match: _GROUP.sub(lambda group: match[int(group[1])], by), text)


def _literal(form: str) -> str:
    words: str = json.loads(form)
    return words
