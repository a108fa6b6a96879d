"""A scenario file: the story of a policy as series over time, and who must be firing when."""

from __future__ import annotations

import re
from dataclasses import dataclass as plain
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

from alerts.parts import Duration, Klass, Text, some
from collector.clock import LOCAL, local
from collector.document import KEY, read_yaml
from collector.schema import BY_NAME, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from collector.document import Document
    from collector.problem import Problem

MODEL = ConfigDict(extra="forbid", frozen=True)
MOST_SAMPLES = 10_000

_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
_TOKEN = re.compile(rf"(?:(_)|({_NUMBER})(?:([+-][0-9]+(?:\.[0-9]+)?))?)(?:x([0-9]{{1,4}}))?")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?")
_KEY = re.compile(r"(\S+) ((?:[^\s=,]+=[^\s=,]+)(?:,[^\s=,]+=[^\s=,]+)*) (\S+)")


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


def _start(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() != LOCAL.utcoffset(None):
        raise ValueError(f"{text!r} is no local moment; write for example 2026-03-02T21:50+07:00")
    return moment


Values = Annotated[tuple[float | None, ...], BeforeValidator(values)]


@dataclass(config=MODEL)
class Expectation:
    """At a local time of day (the first one from the case's start on), exactly these instances fire."""

    at: Annotated[str, Field(pattern=_CLOCK.pattern + "$")]
    firing: tuple[dict[str, str], ...]


@dataclass(config=MODEL)
class Case:
    """`phase` is by how much each evaluation comes after the full interval, as Grafana's jitter makes it."""

    name: Text
    start: Annotated[datetime, BeforeValidator(_start)]
    series: Annotated[dict[str, Values], AfterValidator(some)]
    expect: Annotated[tuple[Expectation, ...], AfterValidator(some)]
    step: Duration = timedelta(minutes=1)
    phase: Duration = timedelta(0)

    def moment(self, at: str) -> datetime:
        """The first time of day `at` that is not before the start."""
        start = local(self.start)
        moment = datetime.combine(start.date(), time.fromisoformat(at), LOCAL)
        return moment if moment >= start else moment + timedelta(days=1)


@dataclass(config=MODEL)
class Story:
    """`klass` and `place` are those of every series that names no other."""

    policy: str
    klass: Annotated[Klass, Field(alias="class")]
    cases: Annotated[tuple[Case, ...], AfterValidator(some)]
    place: Text = "00000"


@plain(frozen=True)
class Series:
    measurement: str
    tags: Mapping[str, str]
    field: str


def series(key: str) -> Series:
    """`games venue=yb-0012,pc=07 after_hours` in its parts. ValueError where the schema has no such thing."""
    match = _KEY.fullmatch(key)
    if match is None:
        raise ValueError("is no series; write `games venue=yb-0012,pc=07 after_hours`")
    name, pairs, field = match.groups()
    measurement = BY_NAME.get(name)
    if measurement is None:
        raise ValueError(f"names the unknown measurement {name!r}; write one of {', '.join(sorted(BY_NAME))}")
    tags = dict(pair.split("=") for pair in pairs.split(","))
    unknown = sorted(set(tags) - set(measurement.tag_names))
    if unknown:
        raise ValueError(
            f"has the unknown tag {unknown[0]!r}; write one of {', '.join(measurement.tag_names)}"
        )
    subject = [tag for tag in ("venue", "pc") if tag in measurement.tag_names]
    if not set(subject) <= set(tags):
        wanted = ",".join(f"{tag}=…" for tag in subject)
        raise ValueError(f"does not say which {subject[-1].replace('pc', 'PC')}; write `{wanted}`")
    numbers = [f.name for f in measurement.fields if f.kind is not Kind.TEXT]
    if field not in numbers:
        raise ValueError(f"has no number {field!r}; write one of {', '.join(numbers)}")
    return Series(name, tags, field)


def read(path: Path, shown: str) -> tuple[Story | None, list[Problem]]:
    """A scenario without faults, or None and all of them."""
    found = read_yaml(path, shown, Story)
    problems = list(found.problems)
    if found.value is not None:
        problems += _problems(found.document, found.value)
    return (None if problems else found.value), problems


def _problems(document: Document, story: Story) -> Iterator[Problem]:
    names: set[str] = set()
    for i, case in enumerate(story.cases):
        if case.name in names:
            yield document.problem(
                "scenario/name", ("cases", i, "name"), f"{case.name!r} stands twice", "say what is different"
            )
        names.add(case.name)
        if case.step % timedelta(seconds=1) or not case.step:
            yield document.problem(
                "scenario/step", ("cases", i, "step"), "is no whole second", "write 1m or 30s"
            )
        for key in case.series:
            try:
                series(key)
            except ValueError as fault:
                summary, _, details = str(fault).partition("; ")
                place = ("cases", i, "series", key, KEY)
                yield document.problem("scenario/series", place, f"{key!r} {summary}", details)
        for j, expected in enumerate(case.expect):
            for k, labels in enumerate(expected.firing):
                if not labels:
                    whom = ("cases", i, "expect", j, "firing", k)
                    yield document.problem(
                        "scenario/firing", whom, "names nobody", 'write `{venue: yb-0012, pc: "07"}`'
                    )
