"""A supervisory rule as the law states it (Policy), what the site adds (AlertContext), and what both compile to (Rule)."""

from __future__ import annotations

import copy
import dataclasses
import re
from dataclasses import dataclass as plain
from dataclasses import field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Discriminator, Field, Tag
from pydantic.dataclasses import dataclass

from alerts import duration
from collector.conventions import DATASOURCE_UID
from collector.document import Document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sized

    from collector.problem import Place, Problem

MODEL = ConfigDict(extra="forbid", frozen=True)
ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST_ID = 33  # the rule's uid is `policy-<id>`, and Grafana takes 40 characters
DAY = 1440  # minutes

Klass = Literal["game", "agent", "isp", "hospitality"]
Window = tuple[int, int]  # [start, end) in minutes of the local day

_WINDOW = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")
_LIKE = 'write for example "22:00-08:00"'


def minutes(text: str) -> Window:
    """`22:00-08:00` as minutes of the local day; the end may lie before the start, on the next day."""
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} are no hours of a day; {_LIKE}")
    start, end = (int(match[i]) * 60 + int(match[i + 1]) for i in (1, 3))
    for at, hour, minute in ((start, match[1], match[2]), (end, match[3], match[4])):
        if int(minute) > 59 or at > DAY:
            raise ValueError(
                f'closing hour must be 00:00–24:00; "{hour}:{minute}" is no hour of a day; {_LIKE}'
            )
    if start % DAY == end % DAY:
        raise ValueError(f"{text!r} is closed never or always; {_LIKE}")
    return start, end


def _closed(value: Any) -> Any:
    return minutes(value) if isinstance(value, str) else value


def _duration(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    return duration.parse(value if isinstance(value, str) else str(value))


def _reached(value: float) -> float:
    if value <= 0:
        raise ValueError("a PC that never did anything reaches 0 too; write for example 1")
    return value


def some(values: Sized) -> Sized:
    """At least one. (pydantic's own bound would complain a second time about each faulty item.)"""
    if not values:
        raise ValueError("is empty; write at least one")
    return values


def _positive(value: timedelta) -> timedelta:
    if not value:
        raise ValueError("a window of no length holds no sample; write for example 2m")
    return value


def _id(text: str) -> str:
    if ID.fullmatch(text) is None or len(text) > LONGEST_ID:
        raise ValueError(
            f"{text!r} is no id of a policy; write small letters, digits and single hyphens,"
            f" {LONGEST_ID} characters at most, such as after-hours-game"
        )
    return text


def _one_line(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("the text is empty or holds a line break; write one line (in YAML: `>-` folds)")
    return text


Text = Annotated[str, AfterValidator(_one_line)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]


@dataclass(config=MODEL)
class Words:
    """One text in both languages."""

    vi: Text
    en: Text

    def say(self, language: str) -> str:
        return self.en if language == "en" else self.vi


@dataclass(config=MODEL)
class Period:
    """Days on the local calendar; `valid_to` is the first on which it holds no more."""

    valid_from: Annotated[date, Field(alias="from")]
    valid_to: Annotated[date | None, Field(alias="to")] = None


@dataclass(config=MODEL)
class ClosedHours:
    """National hours: the same closed window on every day, across midnight or not."""

    closed: Annotated[Window, BeforeValidator(_closed)]

    @property
    def open(self) -> tuple[Window, ...]:
        start, end = self.closed
        if start < end:
            return tuple(window for window in ((0, start), (end, DAY)) if window[0] < window[1])
        return ((end, start),)


def _hours_form(value: Any) -> str:
    return "tagged-word" if isinstance(value, str) else "tagged-closed"


# The word `province` where the hours are the site's data.
PolicyHours = Annotated[
    Annotated[ClosedHours, Tag("tagged-closed")] | Annotated[Literal["province"], Tag("tagged-word")],
    Discriminator(_hours_form),
]


@dataclass(config=MODEL)
class Flags:
    """What is summed up: a field of a measurement (collector.schema), of the points with these tags."""

    measurement: str
    field: str
    where: dict[str, Text] = dataclasses.field(default_factory=dict, hash=False)


@dataclass(config=MODEL)
class Threshold:
    """True where the sum over the last `over` reaches `least`; fires where it stays true for `lasting`."""

    least: Annotated[float, Field(alias="sum"), AfterValidator(_reached)]
    over: Annotated[Duration, AfterValidator(_positive)]
    lasting: Annotated[Duration, Field(alias="for")]


@dataclass(config=MODEL)
class Basis:
    """The legal basis, and how sure we are of it.

    `confirmed`: a source that says so was read; `partly`: for a part of it, the text says which;
    `unconfirmed`: own knowledge, and then the policy may only inform.
    """

    vi: Text
    en: Text
    confidence: Literal["confirmed", "partly", "unconfirmed"]

    def say(self, language: str) -> str:
        return self.en if language == "en" else self.vi


@dataclass(config=MODEL)
class Policy:
    """`misses` says what it cannot see; `todo` and, at length, `runbook` what an inspector does when it fires."""

    id: Annotated[str, AfterValidator(_id)]
    title: Words
    binds: Annotated[tuple[Klass, ...], AfterValidator(some)]
    in_force: Period
    flags: Flags
    threshold: Threshold
    severity: Literal["critical", "warning", "info"]
    basis: Basis
    misses: Words
    runbook: str
    hours: PolicyHours | None = None
    todo: Words | None = None  # None: what the catalogue of texts says of any violation

    @property
    def origin(self) -> Document:
        """The file that it was read from; no field, since nobody writes it and no two policies differ by it."""
        found: Document = self.__dict__.get("_origin", Document("", None))
        return found

    def read_from(self, document: Document) -> Self:
        """The same policy, knowing where each of its values was written."""
        twin = copy.copy(self)
        twin.__dict__["_origin"] = document
        return twin

    def place(self, *key: str | int) -> Place:
        return self.origin.place(*key)

    def problem(self, check: str, key: tuple[str | int, ...], summary: str, details: str) -> Problem:
        return self.origin.problem(check, key, summary, details)

    @property
    def rule_uid(self) -> str:
        return f"policy-{self.id}"


@plain(frozen=True)
class ProvincialHours:
    """Opening hours that the province decided for some classes: [open, close) in minutes of the local day."""

    classes: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    windows: tuple[Window, ...]
    basis: str


_DOCS = Path(__file__).parents[1] / "docs"


@plain(frozen=True)
class AlertContext:
    """What a site decides about its alerts. Durations are texts, as the site writes them.

    `docs_url` is where the folder docs/ can be read in a browser; `retired` are rule uids that Grafana
    must delete, since it keeps a rule that merely vanished from the files.
    """

    language: str = "vi"
    datasource_uid: str = DATASOURCE_UID
    every: str = "1m"
    for_override: Mapping[str, str] = field(default_factory=dict)
    provincial: tuple[ProvincialHours, ...] = ()
    mail_recipients: tuple[str, ...] = ()
    preview_url: str = ""
    docs_url: str = ""
    retired: tuple[str, ...] = ()
    docs: Path | None = _DOCS if _DOCS.is_dir() else None
    scenarios: tuple[Path, ...] = (Path(__file__).parent / "scenarios",)

    def lasting(self, policy: Policy) -> timedelta:
        """How long the condition must hold before it fires here."""
        text = self.for_override.get(policy.id)
        return policy.threshold.lasting if text is None else duration.parse(text)


@plain(frozen=True)
class Beside:
    """One more number of each instance, for the annotations alone; `query` and `ref` are letters in Grafana.

    Its query must give a series wherever the condition's does: Grafana calls a rule without data where any of
    its queries has none.
    """

    query: str
    ref: str
    text: str
    reducer: Literal["min", "max"]


@plain(frozen=True)
class Rule:
    """What a policy compiles to: one Grafana-managed alert rule with an instance for each PC."""

    uid: str
    title: str
    query: str
    datasource_uid: str
    over: timedelta
    least: float
    lasting: timedelta
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    beside: tuple[Beside, ...] = ()
