"""How Go prints: `fmt.Sprint`, `fmt.Sprintf`, and numbers in their shortest form."""

from __future__ import annotations

import json
import math
import re
from dataclasses import is_dataclass
from decimal import Decimal
from typing import Any

_VERB = re.compile(r"%([-+# 0]*)(\d*)(?:\.(\d*))?(.?)", re.DOTALL)
_EXPONENT_FROM, _EXPONENT_UNDER = 6, -4  # the powers of ten from which, and under which, %v turns to 1e+06


class Missing:
    """What a template finds under a key that is not there: no value at all, not even nil."""

    def __repr__(self) -> str:
        return "<no value>"


MISSING = Missing()


def special(value: float) -> str | None:
    """NaN and the infinities, as Go spells them."""
    if math.isnan(value):
        return "NaN"
    return None if math.isfinite(value) else "+Inf" if value > 0 else "-Inf"


def fixed(value: float) -> str:
    """The shortest digits that are this number, without an exponent: 1000000, 0.01234."""
    text = special(value)
    if text is not None:
        return text
    digits = f"{Decimal(repr(value)):f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def two_digits(value: float) -> str:
    """Two significant digits, and never fewer than the whole part has: 12346, 0.012, 2.0, and 0 for nothing."""
    text = special(value)
    if text is not None:
        return text
    if value == 0:
        return "0"
    whole = math.floor(math.log10(abs(value))) + 1
    return f"{value:.{max(0, 2 - whole)}f}"


def general(value: float) -> str:
    """As %v: the shortest digits, with an exponent from 1e+06 on and under 0.0001."""
    text = special(value)
    if text is not None:
        return text
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    power = len(digits) + int(exponent) - 1
    if value == 0 or _EXPONENT_UNDER <= power < _EXPONENT_FROM:
        return fixed(value)
    rest = "".join(map(str, digits[1:]))
    return f"{'-' * sign}{digits[0]}{'.' * bool(rest)}{rest}e{'-' if power < 0 else '+'}{abs(power):02}"


def significant(value: float, digits: int = 4) -> str:
    """As %.4g."""
    return special(value) or f"{value:.{digits}g}"


def sprint(*values: Any) -> str:
    """A space between two only where neither is a text."""
    shown = ""
    for i, value in enumerate(values):
        if i and not isinstance(value, str) and not isinstance(values[i - 1], str):
            shown += " "
        shown += show(value)
    return shown


def show(value: Any) -> str:
    """As %v."""
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return general(value)
    if isinstance(value, dict) and type(value).__str__ is dict.__str__:
        return f"map[{' '.join(f'{show(key)}:{show(item)}' for key, item in sorted(value.items()))}]"
    if isinstance(value, list):
        return f"[{' '.join(map(show, value))}]"
    return str(value)


def sprintf(form: str, *values: Any) -> str:
    """Go's verbs; what does not fit is shown as Go shows it: %!d(float64=1.5)."""
    left = list(values)

    def one(match: re.Match[str]) -> str:
        flags, width, precision, verb = match.groups()
        if verb == "%":
            return "%"
        if not verb:
            return "%!(NOVERB)"
        if not left:
            return f"%!{verb}(MISSING)"
        text = _formatted(verb, flags, None if precision is None else int(precision or 0), left.pop(0))
        return _padded(text, flags, int(width or 0))

    shown = _VERB.sub(one, form)
    if left:
        return shown + f"%!(EXTRA {', '.join(f'{kind(v)}={show(v)}' for v in left)})"
    return shown


def kind(value: Any) -> str:
    """The name of Go's type."""
    names = {bool: "bool", int: "int", float: "float64", str: "string", Missing: "<nil>", type(None): "<nil>"}
    return names.get(type(value), type(value).__name__)


def _formatted(verb: str, flags: str, precision: int | None, value: Any) -> str:
    if verb == "v" or (verb == "s" and not isinstance(value, bool | int | float)):
        return show(value) if precision is None or verb == "v" else show(value)[:precision]
    if isinstance(value, float) and verb in "feEgGF":
        return _float(verb, flags, precision, value)
    if isinstance(value, int) and not isinstance(value, bool) and verb in "dxXob":
        return f"{value:{'+' * ('+' in flags)}{verb}}"
    if (verb, type(value)) in {("q", str), ("t", bool)}:
        return json.dumps(value, ensure_ascii=False)
    return _unfit(verb, flags, precision, value)


def _unfit(verb: str, flags: str, precision: int | None, value: Any) -> str:
    if isinstance(value, dict):
        parts = (
            ":".join(_formatted(verb, flags, precision, v) for v in pair) for pair in sorted(value.items())
        )
        return f"map[{' '.join(parts)}]"
    if is_dataclass(value):  # a verb of numbers sees through what prints as a text
        fields = vars(value).values()
        return f"{{{' '.join(_formatted(verb, flags, precision, field) for field in fields)}}}"
    shown = show(value)
    return f"%!{verb}({shown})" if kind(value) == "<nil>" else f"%!{verb}({kind(value)}={shown})"


def _float(verb: str, flags: str, precision: int | None, value: float) -> str:
    plus = "+" if "+" in flags else ""
    text = special(value)
    if text is not None:
        return text if plus or text != "+Inf" else "+Inf"
    if precision is None and verb in "gG":
        return (plus if value >= 0 else "") + general(value)
    return f"{value:{plus}.{6 if precision is None else precision}{verb}}"


def _padded(text: str, flags: str, width: int) -> str:
    if "-" in flags:
        return text.ljust(width)
    if "0" in flags and text[-1:].isalnum():
        return text.zfill(width)
    return text.rjust(width)
