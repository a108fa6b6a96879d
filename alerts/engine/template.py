"""The few forms of Go's templates that generated labels and annotations use."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_ACTION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_LABEL = re.compile(r"(?:\$labels|\.Labels)\.([A-Za-z_][A-Za-z0-9_]*)")
_VALUE = re.compile(r"(?:\$values|\.Values)\.([A-Za-z][A-Za-z0-9_]*)")
_LITERAL = re.compile(r'"(?:[^"\\]|\\["\\nt])*"')
NOTHING = "[no value]"


class _UnknownFormError(ValueError):
    """An action that this module does not know."""


def expand(text: str, labels: Mapping[str, str], values: Mapping[str, float | None]) -> str:
    """The text with its actions done; the text itself where one is unknown, as Grafana does on any error."""
    try:
        return _ACTION.sub(lambda match: _action(match[1].strip(), labels, values), text)
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


def _action(form: str, labels: Mapping[str, str], values: Mapping[str, float | None]) -> str:
    if match := _LABEL.fullmatch(form):
        return labels.get(match[1], NOTHING)
    if match := _VALUE.fullmatch(form):
        return number(values[match[1]]) if match[1] in values else NOTHING
    if _LITERAL.fullmatch(form):
        literal: str = json.loads(form)
        return literal
    raise _UnknownFormError(form)
