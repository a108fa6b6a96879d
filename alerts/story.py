"""A scenario file: the story of a policy as series over time, and who must be firing when."""

from __future__ import annotations

import re
from dataclasses import fields as parts
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
    model_validator,
)
from pydantic.dataclasses import dataclass

from alerts import notation
from alerts.flags import SiteList  # noqa: TC001 - pydantic reads the annotations at run time
from alerts.notation import series, values
from alerts.parts import MODEL, Duration, Klass, Text, some
from collector.clock import LOCAL, local
from collector.document import KEY, Document, check, read_yaml
from collector.schema import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from collector.problem import Problem

_AT = re.compile(r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2} )?(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?")
_AT_SCHEMA = {"type": "string", "pattern": f"^{_AT.pattern}$", "examples": ["22:06", "2026-01-01 00:06"]}
_START_SCHEMA = {
    "type": "string",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?\+07:00$",
    "examples": ["2026-03-02T21:50+07:00"],
}


def _start(given: Any) -> datetime:
    text = str(given)  # YAML reads a day without its time as a date
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() != LOCAL.utcoffset(None):
        raise ValueError(f"{text!r} is no local moment; write for example 2026-03-02T21:50+07:00")
    return moment


def _at(text: str) -> str:
    try:
        if _AT.fullmatch(text) is not None and datetime.fromisoformat(
            text if "-" in text else f"2026-01-01 {text}"
        ):
            return text
    except ValueError:
        pass  # such as the 31st of a month of thirty days
    raise ValueError(f'{text!r} is no time; write "22:06", "22:06:30" or "2026-01-01 00:06"')


def _series(key: str) -> str:
    try:
        series(key)
    except ValueError as fault:
        raise ValueError(f"{key!r} {fault}") from None
    return key


def _whole(value: timedelta) -> timedelta:
    if value % timedelta(seconds=1) or not value:
        raise ValueError("is no whole second; write 1m or 30s")
    return value


SeriesKey = Annotated[str, AfterValidator(_series)]
Step = Annotated[Duration, AfterValidator(_whole)]
Values = Annotated[tuple[float | None, ...], BeforeValidator(values), WithJsonSchema(notation.SCHEMA)]


@dataclass(config=MODEL)
class Contains:
    """A text that holds this one."""

    contains: Text


def _form(value: Any) -> str:
    return "tagged-contains" if isinstance(value, dict | Contains) else "tagged-text"


Said = Annotated[
    Annotated[Text, Tag("tagged-text")] | Annotated[Contains, Tag("tagged-contains")], Discriminator(_form)
]


@dataclass(config=MODEL, kw_only=True)
class Firing:
    """An instance that fires: any of its labels, the number that was compared, and what is said of it."""

    venue: str | None = None
    pc: str | None = None
    place: str | None = None
    klass: Annotated[str | None, Field(alias="class")] = None
    category: str | None = None
    channel: str | None = None
    folder: str | None = None
    game: str | None = None
    grade: str | None = None
    process: str | None = None
    reason: str | None = None
    slot: str | None = None
    source: str | None = None
    state: str | None = None
    what: str | None = None
    worker: str | None = None
    policy: str | None = None
    severity: str | None = None
    audience: str | None = None
    value: float | None = None
    annotations: dict[str, Said] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not self.labels:
            raise ValueError(
                'names nobody; write `{venue: yb-0012, pc: "07"}`, or `{policy: …}` where the rule has no subject'
            )
        return self

    @property
    def labels(self) -> Mapping[str, str]:
        names = [part.name for part in parts(self) if part.name not in {"value", "annotations"}]
        found = {name: getattr(self, name) for name in names}
        return {
            "class" if name == "klass" else name: value for name, value in found.items() if value is not None
        }


@dataclass(config=MODEL)
class Expectation:
    """At a local time exactly these instances fire; without a date it is the first such time from the start on."""

    at: Annotated[str, AfterValidator(_at), WithJsonSchema(_AT_SCHEMA)]
    firing: tuple[Firing, ...]


@dataclass(config=MODEL)
class Case:
    """`phase` is by how much each evaluation comes after the full interval, as Grafana's jitter makes it."""

    name: Text
    start: Annotated[datetime, BeforeValidator(_start), WithJsonSchema(_START_SCHEMA)]
    series: Annotated[dict[SeriesKey, Values], AfterValidator(some)]
    expect: Annotated[tuple[Expectation, ...], AfterValidator(some)]
    step: Step = timedelta(minutes=1)
    phase: Duration = timedelta(0)

    def moment(self, at: str) -> datetime:
        """A time of day is the first one that is not before the start."""
        if "-" in at:
            return datetime.fromisoformat(at).replace(tzinfo=LOCAL)
        start = local(self.start)
        moment = datetime.combine(start.date(), time.fromisoformat(at), LOCAL)
        return moment if moment >= start else moment + timedelta(days=1)


@dataclass(config=MODEL)
class Story:
    """`klass` and `place` are those of each series that could name one and does not.

    `lists` stand for the site's that the policy asks for; `language` is that of the expected annotations.
    """

    policy: str
    cases: Annotated[tuple[Case, ...], AfterValidator(some)]
    klass: Annotated[Klass | None, Field(alias="class")] = None
    place: Text = "00000"
    language: Literal["vi", "en"] = "vi"
    lists: dict[SiteList, tuple[Text, ...]] = Field(default_factory=dict)

    def tags(self, key: str) -> Mapping[str, str]:
        """Those of a series, with what the story says of all of them."""
        found = series(key)
        known = BY_NAME[found.measurement].tag_names
        common = {"class": self.klass, "place": self.place}
        return {
            **{name: value for name, value in common.items() if value is not None and name in known},
            **found.tags,
        }


def read(path: Path, shown: str) -> tuple[Story | None, list[Problem]]:
    """A scenario without faults, or None and all of them."""
    found = read_yaml(path, shown, Story)
    problems = list(found.problems)
    if isinstance(found.document.data, dict):
        problems += _problems(found.document)
    return (None if problems else found.value), problems


def _problems(document: Document) -> Iterator[Problem]:
    """What its model cannot say, of each case that is without a fault of its own."""
    cases = document.data.get("cases")
    names: set[str] = set()
    for i, data in enumerate(cases if isinstance(cases, list) else []):
        case, _ = check(Document("", data), Case)
        if case is None:
            continue
        if case.name in names:
            yield document.problem(
                "scenario/name", ("cases", i, "name"), f"{case.name!r} stands twice", "say what is different"
            )
        names.add(case.name)
        for key in case.series:
            found = series(key)
            nameless = "class" not in document.data and "class" not in found.tags
            if nameless and "class" in BY_NAME[found.measurement].tag_names:
                yield document.problem(
                    "scenario/series",
                    ("cases", i, "series", key, KEY),
                    f"{key!r} does not say which class",
                    "write `class: game` above `cases`, or among the tags",
                )
        for j, expected in enumerate(case.expect):
            if case.moment(expected.at) < case.start:
                yield document.problem(
                    "scenario/at",
                    ("cases", i, "expect", j, "at"),
                    "is before the start of its case",
                    "write a later time",
                )
