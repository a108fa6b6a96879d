"""InfluxDB's line protocol, in the strict dialect that quannet speaks: one spelling a value, no surprises."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Value = int | float | str

_NAME = r"[A-Za-z_][A-Za-z0-9_]{0,63}"
TAG_VALUE = r"[^\s,=\\\"\x00-\x1f\x7f-\x9f]{1,128}"
_FIELD_VALUE = r"-?[0-9]{1,19}i|-?[0-9]{1,17}(?:\.[0-9]{1,24})?(?:e[+-]?[0-9]{1,3})?|\"(?:[^\"\\\x00-\x1f\x7f-\x9f]|\\[\"\\])*\""
_LINE = re.compile(
    rf"({_NAME})((?:,{_NAME}={TAG_VALUE})*) ({_NAME}=(?:{_FIELD_VALUE})(?:,{_NAME}=(?:{_FIELD_VALUE}))*)(?: (-?[0-9]{{1,19}}))?"
)
_FIELD = re.compile(rf"({_NAME})=({_FIELD_VALUE})")
_ESCAPE = re.compile(r"\\(.)")
_I63 = 2**63
_RESERVED = "time"  # as a tag InfluxDB refuses it, as a field it drops it and says nothing


@dataclass(frozen=True)
class Point:
    """`time` is in epoch seconds, or None where the message's stamp holds for it."""

    measurement: str
    tags: Mapping[str, str]
    fields: Mapping[str, Value]
    time: int | None = None


def encode(point: Point) -> str:
    """One line, tags and fields in sorted order. ValueError for what the strict dialect cannot say."""
    tags = "".join(f",{key}={value}" for key, value in sorted(point.tags.items()))
    fields = ",".join(f"{key}={_field(value)}" for key, value in sorted(point.fields.items()))
    line = f"{point.measurement}{tags} {fields}" + ("" if point.time is None else f" {point.time}")
    names = (point.measurement, *point.tags, *point.fields)
    # A comma would make two of one, in a form that is right by itself.
    one_each = tags.count(",") == len(point.tags) and not any("," in name for name in names)
    if not one_each or not _LINE.fullmatch(line) or _RESERVED in names[1:]:
        raise ValueError(f"cannot be written as line protocol: {line[:200]!r}")
    return line


def decode(line: str) -> Point:
    """Read one line. ValueError (with the reason) for anything outside the strict dialect."""
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError("not a line of the form measurement[,tag=value] field=value[,…] [time]")
    measurement, tag_text, field_text, time_text = match.groups()
    tags: dict[str, str] = {}
    for pair in tag_text.split(",")[1:]:
        key, _, text = pair.partition("=")
        if key in tags:
            raise ValueError(f"tag {key} stands twice")
        tags[key] = text
    fields: dict[str, Value] = {}
    for key, text in _FIELD.findall(field_text):
        if key in fields:
            raise ValueError(f"field {key} stands twice")
        fields[key] = _value(text)
    if _RESERVED in tags or _RESERVED in fields:
        raise ValueError(f"{_RESERVED} is no name for a tag or field")
    time = None if time_text is None else int(time_text)
    if time is not None and not -_I63 <= time < _I63:
        raise ValueError("time is out of range")
    return Point(measurement, tags, fields, time)


def _field(value: Value) -> str:
    if isinstance(value, bool):
        raise ValueError("write 0 or 1: Grafana's rules read no booleans")  # noqa: TRY004 - a value's fault
    if isinstance(value, int):
        return f"{value}i"
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value} is no number that InfluxDB stores")
        return repr(value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _value(text: str) -> Value:
    if text[0] == '"':
        return _ESCAPE.sub(r"\1", text[1:-1]) if "\\" in text else text[1:-1]
    if text[-1] == "i":
        number = int(text[:-1])
        if not -_I63 <= number < _I63:
            raise ValueError(f"{text} does not fit in 64 bits")
        return number
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is no finite number")
    return value
