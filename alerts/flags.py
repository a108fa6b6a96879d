"""What a policy flags: which points count, about whom they speak, and how many are too many."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator
from pydantic.dataclasses import dataclass

from alerts.parts import MODEL, Duration, Stretch, Text

# About whom a rule speaks, and the tags that name them.
Subject = Literal["pc", "venue", "place", "server"]
SUBJECTS: dict[Subject, tuple[str, ...]] = {
    "pc": ("venue", "pc", "place", "class"),
    "venue": ("venue", "place", "class"),
    "place": ("place",),
    "server": (),
}
Aggregate = Literal["sum", "count", "min", "max", "mean", "last"]
AGGREGATES: tuple[Aggregate, ...] = ("sum", "count", "min", "max", "mean", "last")
SiteList = Literal["unlisted-games"]


def _reached(value: float) -> float:
    if value <= 0:
        raise ValueError(f"{value:g} is reached by whoever never did anything; write for example 1")
    return value


Reached = Annotated[float, AfterValidator(_reached)]

_ONE_OF = f"write one of {', '.join(AGGREGATES)} or absent"


@dataclass(config=MODEL)
class Bounds:
    """A number lies within all of these."""

    least: float | None = None
    most: float | None = None
    above: float | None = None
    below: float | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if not self.given:
            raise ValueError("bounds nothing; write for example {least: 1}")
        return self

    @property
    def given(self) -> tuple[tuple[str, float], ...]:
        """Operator and number of each bound."""
        found = ((">=", self.least), ("<=", self.most), (">", self.above), ("<", self.below))
        return tuple((operator, value) for operator, value in found if value is not None)


@dataclass(config=MODEL)
class Listed:
    """One of a list that the site makes: a site that has none gets no rule."""

    site: SiteList


def _form(value: Any) -> str:
    if isinstance(value, str):
        return "tagged-text"
    if isinstance(value, list | tuple):
        return "tagged-texts"
    listed = isinstance(value, Listed) or (isinstance(value, dict) and "site" in value)
    return "tagged-listed" if listed else "tagged-bounds"


def _no_number(value: Any) -> Any:
    if isinstance(value, int | float):
        said = f"a number lies within bounds; write {{least: {value}, most: {value}}}, or {value} in quotes"
        raise ValueError(said)  # noqa: TRY004 - pydantic wants ValueError
    return value


# A tag or a field of text equals a text, or one of several; a number lies within bounds.
Condition = Annotated[
    Annotated[Text, Tag("tagged-text")]
    | Annotated[tuple[Text, ...], Tag("tagged-texts")]
    | Annotated[Bounds, Tag("tagged-bounds")]
    | Annotated[Listed, Tag("tagged-listed")],
    Discriminator(_form),
    BeforeValidator(_no_number),
]


@dataclass(config=MODEL, kw_only=True)
class Flags:
    """A field of a measurement (collector.schema), of the points that meet `where`, for each `by`.

    `each`: further tags that make an instance of their own, such as the reason why a PC is blind.
    """

    measurement: str
    field: str
    by: Subject = "pc"
    each: tuple[str, ...] = ()
    where: dict[str, Condition] = dataclasses.field(default_factory=dict, hash=False)

    @property
    def tags(self) -> tuple[str, ...]:
        return (*SUBJECTS[self.by], *self.each)


@dataclass(config=MODEL, kw_only=True)
class _Amount:
    """An aggregate and the number that it must reach; exactly one stands here."""

    sum: Reached | None = None
    count: Reached | None = None
    min: float | None = None
    max: float | None = None
    mean: float | None = None
    last: float | None = None

    @property
    def amounts(self) -> tuple[tuple[Aggregate, float], ...]:
        return tuple((name, value) for name in AGGREGATES if (value := getattr(self, name)) is not None)

    @property
    def aggregate(self) -> Aggregate:
        return self.amounts[0][0] if self.amounts else "count"

    @property
    def least(self) -> float:
        return self.amounts[0][1] if self.amounts else 1


@dataclass(config=MODEL, kw_only=True)
class Threshold(_Amount):
    """True where the aggregate of the last `over` reaches its number; fires where it stays true for `lasting`.

    `absent`: true where there is no point at all. `keep_firing`: it fires as long after it ceased to be true.
    """

    over: Stretch
    lasting: Annotated[Duration, Field(alias="for")]
    keep_firing: Duration = timedelta(0)
    absent: bool = False

    @model_validator(mode="after")
    def _one(self) -> Self:
        _compare_one(self.amounts, absent=self.absent)
        return self


@dataclass(config=MODEL, kw_only=True)
class Meanwhile(Flags, _Amount):
    """What must hold of the same subject over the same time: an aggregate of another field reaches a number."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        _compare_one(self.amounts, absent=False)
        return self


def _compare_one(amounts: tuple[tuple[Aggregate, float], ...], *, absent: bool) -> None:
    if len(amounts) + absent != 1:
        names = [name for name, _ in amounts] + ["absent"] * absent
        raise ValueError(f"compares {', '.join(names) or 'nothing'}; {_ONE_OF}")
