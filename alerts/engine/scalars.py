"""Single values of Grafana's alerting files: texts with their dollars done, names, uids, durations."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, StrictInt
from pydantic.alias_generators import to_camel

from alerts import duration
from alerts.engine.dollars import expand

# An unknown key is a fault here: Grafana would ignore it in silence, and a setting would be lost.
CAMEL = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)
SNAKE = ConfigDict(extra="forbid", frozen=True)

TICK = timedelta(seconds=10)
_UID = re.compile(r"[A-Za-z0-9_-]{1,40}")


def expanded(value: Any) -> Any:
    return expand(value) if isinstance(value, str) else value


def _duration(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text, and so no duration to Grafana; write for example 5m")  # noqa: TRY004 - pydantic makes problems of ValueErrors only
    return duration.parse(expand(value))


def _uid(text: str) -> str:
    if _UID.fullmatch(text) is None:
        raise ValueError(f"{text!r} is no uid; write 1 to 40 of A-Z, a-z, 0-9, _ and -")
    return text


def _name(text: str) -> str:
    size = len(text.encode())
    if not 0 < size <= 190:
        raise ValueError(
            f"a name of {size} bytes; Grafana takes 1 to 190, and a Vietnamese letter has up to 3"
        )
    return text


def some_text(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty; write a name")
    return text


def _org(number: int) -> int:
    if number < 1:
        raise ValueError(f"no organisation has the number {number}; write 1")
    return number


def _positive(value: timedelta) -> timedelta:
    if not value:
        raise ValueError("may not be 0; write for example 5m")
    return value


def _ticks(value: timedelta) -> timedelta:
    if not value or value % TICK:
        raise ValueError("no multiple of 10 seconds, Grafana's tick; write for example 1m")
    return value


Expanded = Annotated[str, BeforeValidator(expanded)]
Named = Annotated[Expanded, AfterValidator(some_text)]
Uid = Annotated[Expanded, AfterValidator(_uid)]
Name = Annotated[Expanded, AfterValidator(_name)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
NonZero = Annotated[Duration, AfterValidator(_positive)]
Ticks = Annotated[Duration, AfterValidator(_ticks)]
OrgId = Annotated[StrictInt, AfterValidator(_org)]
