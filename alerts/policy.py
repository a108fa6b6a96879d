"""A supervisory rule as the law states it."""

from __future__ import annotations

import copy
import re
from datetime import date  # noqa: TC003 - pydantic reads the annotations at run time
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, WithJsonSchema
from pydantic.dataclasses import dataclass

from alerts import daytime
from alerts.daytime import DAY, Window
from alerts.flags import Flags, Meanwhile, Threshold  # noqa: TC001 - likewise
from alerts.parts import MODEL, Klass, Text, Words, some
from collector.document import Document

if TYPE_CHECKING:
    from collector.problem import Place, Problem

ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST_ID = 33  # the rule's uid is `policy-<id>`, and Grafana takes 40 characters
_ID_SCHEMA = {"type": "string", "pattern": f"^{ID.pattern}$", "maxLength": LONGEST_ID}

Level = Literal["commune", "district", "department"]

_LIKE = '"22:00-08:00"'


def _closed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    start, end = daytime.window(value, _LIKE)
    if start % DAY == end % DAY:
        raise ValueError(f"{value!r} is closed never or always; write for example {_LIKE}")
    return start, end


def _id(text: str) -> str:
    if ID.fullmatch(text) is None or len(text) > LONGEST_ID:
        raise ValueError(
            f"{text!r} is no id of a policy; write small letters, digits and single hyphens,"
            f" {LONGEST_ID} characters at most, such as after-hours-game"
        )
    return text


@dataclass(config=MODEL)
class Period:
    """Days on the local calendar; `valid_to` is the first on which it holds no more."""

    valid_from: Annotated[date, Field(alias="from")]
    valid_to: Annotated[date | None, Field(alias="to")] = None


@dataclass(config=MODEL)
class ClosedHours:
    """National hours: the same closed window on every day, across midnight or not."""

    closed: Annotated[Window, BeforeValidator(_closed), WithJsonSchema(daytime.SCHEMA)]

    @property
    def open(self) -> tuple[Window, ...]:
        start, end = self.closed
        if start < end:
            return tuple(window for window in ((0, start), (end, DAY)) if window[0] < window[1])
        return ((end, start),)


def _hours_form(value: Any) -> str:
    return "tagged-word" if isinstance(value, str) else "tagged-closed"


# `province`: hours that the site has as the province's decision. `own`: the venue's own ones, where the province
# has decided nothing for its class.
PolicyHours = Annotated[
    Annotated[ClosedHours, Tag("tagged-closed")] | Annotated[Literal["province", "own"], Tag("tagged-word")],
    Discriminator(_hours_form),
]


@dataclass(config=MODEL)
class Basis:
    """The legal basis, and how sure we are of it.

    `confirmed`: a source that says so was read; `partly`: for a part of it, the text says which;
    `unconfirmed`: own knowledge, and then the policy only informs until a site has confirmed it;
    `supervision`: no law is said to be broken, supervision itself is impaired.
    """

    vi: Text
    en: Text
    confidence: Literal["confirmed", "partly", "unconfirmed", "supervision"]

    def say(self, language: str) -> str:
        return self.en if language == "en" else self.vi


@dataclass(config=MODEL, kw_only=True)
class Issuers:
    """Which levels of the administration may issue a certificate between two days."""

    valid_from: Annotated[date, Field(alias="from")]
    valid_to: Annotated[date | None, Field(alias="to")] = None
    levels: Annotated[tuple[Level, ...], AfterValidator(some)]


@dataclass(config=MODEL, kw_only=True)
class Policy:
    """`binds` and `places` say whom it binds: classes, and codes of places (none: all).

    `says` is its sentence, with `{value}`, `{over}`, `{lasting}` and the labels of its subject in braces; `misses`
    says what it cannot see; `todo` and, at length, `runbook` what a person does when it fires. What a file in the
    office settles is `told` in office hours, as is whatever only informs.
    """

    id: Annotated[str, AfterValidator(_id), WithJsonSchema(_ID_SCHEMA)]
    title: Words
    says: Words
    in_force: Period
    flags: Flags
    threshold: Threshold
    severity: Literal["critical", "warning", "info"]
    basis: Basis
    misses: Words
    runbook: str
    binds: tuple[Klass, ...] = ()
    places: tuple[Text, ...] = ()
    hours: PolicyHours | None = None
    meanwhile: Annotated[Meanwhile | None, Field(alias="while")] = None
    audience: Literal["inspector", "administrator"] = "inspector"
    told: Literal["at-once", "in-office-hours"] = "at-once"
    issuers: tuple[Issuers, ...] = ()
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
