"""The smallest parts of what a person writes about alerts: texts, durations, languages; and how their faults read."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, WithJsonSchema
from pydantic.dataclasses import dataclass

from alerts import duration

if TYPE_CHECKING:
    from collections.abc import Sized

MODEL = ConfigDict(extra="forbid", frozen=True)

Klass = Literal["game", "agent", "isp", "hospitality"]


def _duration(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    return duration.parse(value if isinstance(value, str) else str(value))


def some(values: Sized) -> Sized:
    """At least one. (pydantic's own bound would complain a second time about each faulty item.)"""
    if not values:
        raise ValueError("is empty; write at least one")
    return values


def _positive(value: timedelta) -> timedelta:
    if not value:
        raise ValueError("a window of no length holds no sample; write for example 2m")
    return value


def _one_line(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("the text is empty or holds a line break; write one line (in YAML: `>-` folds)")
    return text


Text = Annotated[str, AfterValidator(_one_line)]
Duration = Annotated[timedelta, BeforeValidator(_duration), WithJsonSchema(duration.SCHEMA)]
Stretch = Annotated[Duration, AfterValidator(_positive)]


@dataclass(config=MODEL)
class Words:
    """One text in both languages."""

    vi: Text
    en: Text

    def say(self, language: str) -> str:
        return self.en if language == "en" else self.vi
