"""A board's variables: their options, what the browser chose of them, and what Grafana puts into a query.

Nothing that a browser sends reaches a query unless it is one of the variable's own options.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from collector.influx import Influx
    from dashboards.preview.reader import Board, Variable

ALL = "$__all"

_SPECIAL = re.compile(r"[\\^$*+?.()|\[\]{}/]")


@dataclass(frozen=True)
class Choice:
    """A variable with its options (value, text) and the values chosen; `every` where All is."""

    variable: Variable
    options: tuple[tuple[str, str], ...]
    values: tuple[str, ...]
    every: bool

    def regex(self) -> str:
        """What stands for the variable in `/^$name$/`."""
        if self.every and self.variable.all_value:
            return self.variable.all_value
        chosen = tuple(value for value, _ in self.options) if self.every else self.values
        escaped = [_SPECIAL.sub(r"\\\g<0>", value) for value in chosen]
        return escaped[0] if len(escaped) == 1 else "(" + "|".join(escaped) + ")"

    def arguments(self) -> list[tuple[str, str]]:
        """As Grafana writes it in an address."""
        values = (ALL,) if self.every else self.values
        return [(f"var-{self.variable.name}", value) for value in values]


def choose(board: Board, influx: Influx, asked: Mapping[str, Sequence[str]]) -> list[Choice]:
    """`asked` holds the values of each variable's name. ValueError for a value that is no option.

    Unavailable or Refused where a query variable's options cannot be had.
    """
    return [
        _choice(variable, options(variable, influx), tuple(asked.get(variable.name, ())))
        for variable in board.variables
    ]


def options(variable: Variable, influx: Influx) -> tuple[tuple[str, str], ...]:
    """(value, text), sorted where the database gives them."""
    if variable.kind != "query":
        return variable.options
    values = {str(row[-1]) for series in influx.query(variable.query) for row in series.rows}
    return tuple((value, value) for value in sorted(values))


def fill(query: str, choices: Sequence[Choice]) -> str:
    """Put each variable's text where `$name` or `${name}` stands."""
    texts = {choice.variable.name: choice.regex() for choice in choices}
    if not texts:
        return query
    names = "|".join(map(re.escape, texts))
    # By a function, so that a backslash in a value stays one.
    return re.sub(rf"\$(?:({names})\b|\{{({names})\}})", lambda m: texts[m[1] or m[2]], query)


def _choice(variable: Variable, known: tuple[tuple[str, str], ...], asked: tuple[str, ...]) -> Choice:
    if not asked or asked == (ALL,):
        if variable.include_all:
            return Choice(variable, known, (), every=True)
        asked = tuple(value for value, _ in known[:1])  # Grafana chooses the first
        return Choice(variable, known, asked, every=False)
    allowed = {value for value, _ in known}
    chosen = tuple(value for value in asked if value != ALL)  # one chosen beside All narrows it
    unknown = [value for value in chosen if value not in allowed]
    if unknown:
        raise ValueError(f"{variable.name}: {', '.join(unknown)[:80]} is not to be chosen")
    # A link from a board on which several are chosen leads to one on which one is.
    return Choice(variable, known, chosen if variable.multi else chosen[:1], every=False)
