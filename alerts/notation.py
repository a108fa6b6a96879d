"""How a scenario writes its series down: a key says whose points they are, and a row of tokens their values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from collector.schema import BY_NAME, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from collector.schema import Field, Measurement

MOST_SAMPLES = 10_000

_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
_TOKEN = re.compile(rf"(?:(_)|({_NUMBER})(?:([+-][0-9]+(?:\.[0-9]+)?))?)(?:x([0-9]{{1,4}}))?")
# What an editor is told of a row of values.
SCHEMA = {
    "type": "string",
    "pattern": rf"^ *({_TOKEN.pattern})( +({_TOKEN.pattern}))* *$",
    "examples": ["0x10 60x5", "_x3 1"],
}
_PAIR = re.compile(r"([^=]+)=([^=]+)")
_LIKE = "write `games venue=yb-0012,pc=07 play`"

Value = int | float | str


@dataclass(frozen=True)
class Series:
    """`fields` are the further fields that each of its points has, always the same."""

    measurement: str
    tags: Mapping[str, str]
    field: str
    fields: Mapping[str, Value]


def values(notation: Any) -> Any:
    """Prometheus' notation: `0x2 60 _x3` is 0 0 0 60 and three samples that are missing.

    `axn` is a and n more, `a+bxn` rises by b; `_xn` is n missing ones. ValueError where it is none of these.
    """
    if not isinstance(notation, str):
        return notation
    found: list[float | None] = []
    for token in notation.split():
        match = _TOKEN.fullmatch(token)
        if match is None or (match[3] and not match[4]):
            raise ValueError(f"{token!r} is no value; write for example 0x10, 60x5, 0+60x3 or _x2")
        missing, start, rise, more = match.groups()
        if missing:
            found += [None] * int(more or 1)
        else:
            found += [float(start) + i * float(rise or 0) for i in range(int(more or 0) + 1)]
    if not 0 < len(found) <= MOST_SAMPLES:
        raise ValueError(f"{len(found)} samples; write between 1 and {MOST_SAMPLES}")
    return tuple(found)


def series(key: str) -> Series:
    """`games venue=yb-0012,pc=07 play processes=3` in its parts: measurement, tags, field, further fields.

    Tags and further fields may be absent. ValueError where the schema has no such thing.
    """
    name, *words = key.split() or [""]
    bare = [i for i, word in enumerate(words) if "=" not in word]
    if len(bare) != 1 or bare[0] > 1 or len(words) - bare[0] > 2:
        raise ValueError(f"is no series; {_LIKE}, and behind it further fields such as `processes=3`")
    measurement = BY_NAME.get(name)
    if measurement is None:
        raise ValueError(f"names the unknown measurement {name!r}; write one of {', '.join(sorted(BY_NAME))}")
    field = words[bare[0]]
    tags = _tags(measurement, _pairs(words[: bare[0]]))
    numbers = [f.name for f in measurement.fields if f.kind is not Kind.TEXT]
    if field not in numbers:
        raise ValueError(f"has no number {field!r}; write one of {', '.join(numbers)}")
    return Series(name, tags, field, _fields(measurement, field, _pairs(words[bare[0] + 1 :])))


def _pairs(words: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in ",".join(words).split(",") if words else ():
        match = _PAIR.fullmatch(pair)
        if match is None:
            raise ValueError(f"holds {pair!r}; write `name=value`, with a comma between two of them")
        found[match[1]] = match[2]
    return found


def _tags(measurement: Measurement, tags: dict[str, str]) -> dict[str, str]:
    known = measurement.tag_names
    unknown = sorted(set(tags) - set(known))
    if unknown:
        raise ValueError(f"has the unknown tag {unknown[0]!r}; write one of {', '.join(known)}")
    wanted = [name for name in known if name in {"venue", "pc"}]  # class and place may be the story's
    if not set(wanted) <= set(tags) and measurement.name != "violation":
        whom = ",".join(f"{name}=…" for name in wanted)
        raise ValueError(f"does not say which {wanted[-1]}; write `{measurement.name} {whom} …`")
    return tags


def _fields(measurement: Measurement, field: str, pairs: dict[str, str]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, text in pairs.items():
        if name == field or not measurement.has_field(name):
            others = [f.name for f in measurement.fields if f.name != field]
            raise ValueError(f"has no further field {name!r}; write one of {', '.join(others)}")
        found[name] = _value(measurement.field(name), text)
    return found


def _value(field: Field, text: str) -> Value:
    if field.kind is Kind.TEXT:
        return text
    if re.fullmatch(_NUMBER, text) is None:
        raise ValueError(f"gives {field.name!r} the value {text!r}; write a number")
    return int(float(text)) if field.kind is Kind.INT else float(text)
