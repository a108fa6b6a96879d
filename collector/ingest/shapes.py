"""Lines as our own agents spell them, known by one pattern a measurement: the quick way past a line's check.

The patterns are made of the schema and hold its types, bounds and the strict dialect of line protocol, so that
a line that matches is one that the careful way would take as it stands. One that does not match proves nothing:
it goes the careful way, which reads it and says what is wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector import lineprotocol, schema

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONTROL = r"\x00-\x1f\x7f-\x9f"
_DIGITS_SURE = 18  # as many decimal digits fit in 63 bits, whatever they are
_STAMP = r"[1-9][0-9]{0,17}"
# What a sensor's spelling may add behind the fields in order: the spool knows the clock only when it stamps.
_LAST = "clock"
_NUMBERING = ("stream", "n")


@dataclass(frozen=True)
class Shape:
    """What a line of one measurement looks like, and the numbers of its groups in a match.

    `bases` are (group, field that is derived from it); `numbering` are the groups of the fields `stream` and `n`,
    which one measurement has.
    """

    name: str
    pattern: re.Pattern[str]
    tags: int
    fields: int
    stamp: int
    bases: tuple[tuple[int, str], ...]
    numbering: tuple[int, int] | None


def shape(measurement: schema.Measurement) -> Shape:
    """The agents' spelling: tags and fields in order, `clock` last, whole numbers without leading zeros."""
    tags = "".join(f",{tag}={lineprotocol.TAG_VALUE}" for tag in sorted(tag.name for tag in measurement.tags))
    derived = {field.after_hours_of: field.name for field in measurement.fields if field.after_hours_of}
    taken = [field for field in measurement.fields if not field.after_hours_of]
    taken.sort(key=lambda field: (field.name == _LAST, field.name))
    # The first field stands right behind the space, each other one behind a comma.
    fields = "".join(
        rf"(?:(?:(?<= )|(?<! ),){field.name}={_value(field, named=field.name in {*derived, *_NUMBERING})})?"
        for field in taken
    )
    pattern = re.compile(
        f"{measurement.name}(?P<tags_>{tags}) (?! )(?P<fields_>{fields}) (?P<stamp_>{_STAMP})"
    )
    group = pattern.groupindex
    return Shape(
        measurement.name,
        pattern,
        group["tags_"],
        group["fields_"],
        group["stamp_"],
        tuple((group[base], name) for base, name in derived.items()),
        (group["stream"], group["n"]) if group.keys() >= set(_NUMBERING) else None,
    )


def _value(field: schema.Field, *, named: bool) -> str:
    match field.kind:
        case schema.Kind.INT:
            digits = _whole(field)
            return f"(?P<{field.name}>{digits})i" if named else f"{digits}i"
        case schema.Kind.FLOAT:
            high = int(field.high)
            return rf"(?:{high}\.0|{_up_to(high - 1)}\.[0-9]{{1,17}})"
        case schema.Kind.TEXT:
            letters = rf'[^"\\{_CONTROL}]{{0,{int(field.high)}}}'
            return f'"(?P<{field.name}>{letters})"' if named else f'"{letters}"'


def _whole(field: schema.Field) -> str:
    high = int(field.high)
    if high >= 10**_DIGITS_SURE:
        return f"(?:0|[1-9][0-9]{{0,{_DIGITS_SURE - 1}}})"
    return _up_to(high)


def _up_to(high: int) -> str:
    """A pattern for the whole numbers from 0 to `high`, without leading zeros."""
    return f"(?:{'|'.join(_ranges(high))})"


def _ranges(high: int) -> Iterator[str]:
    """Shorter numbers, then those of as many digits that part from `high` at each digit, then `high` itself."""
    digits = str(high)
    if len(digits) > 1:
        yield "0"
        yield f"[1-9][0-9]{{0,{len(digits) - 2}}}"
    for place, digit in enumerate(digits):
        least = 1 if place == 0 and len(digits) > 1 else 0
        if int(digit) > least:
            rest = len(digits) - place - 1
            below = f"[{least}-{int(digit) - 1}]"
            yield digits[:place] + below + (f"[0-9]{{{rest}}}" if rest else "")
    yield digits


def _known(measurement: schema.Measurement) -> bool:
    """Whether every bound can be said by a pattern: numbers from 0 on."""
    return all(field.low == 0 for field in measurement.fields)


SHAPES: dict[str, Shape] = {
    measurement.name: shape(measurement)
    for measurement in schema.MEASUREMENTS
    if measurement.writer is schema.Writer.AGENT and _known(measurement)
}
