"""A rule's query taken apart, by the one grammar that rules have (collector.influxql.rule_query)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from collector.influxql.past import points_of, sums_of
from collector.schema import BY_NAME

_TEXT = r"'(?:[^'\\]|\\.)*'"
_NAME = r'"(?:[^"\\]|\\.)*"'
_PIECE = re.compile(rf"{_TEXT}|{_NAME}|\(|\)| AND |[^'\"() ]+| ")
_QUERY = re.compile(
    rf"SELECT (?P<aggregate>[a-z]+)\((?P<field>{_NAME})\)(?: \+ (?P<plus>[0-9]+))?"  # noqa: S608 - reads queries, makes none
    rf" FROM (?P<measurement>{_NAME}) WHERE \$timeFilter(?: AND (?P<where>(?:{_TEXT}|{_NAME}|[^'\"])*?))?"
    rf"(?: GROUP BY (?P<tags>{_NAME}(?:, {_NAME})*))?"
)

# What of a stretch of time must be known to have an aggregate of several stretches.
_PARTS = {
    "sum": ("sum",),
    "count": ("count",),
    "min": ("min",),
    "max": ("max",),
    "mean": ("sum", "count"),
    "last": ("last",),
}


@dataclass(frozen=True)
class Question:
    """An aggregate of a field, `plus` a number, of the points that meet all conditions, for each set of tags."""

    aggregate: str
    field: str
    measurement: str
    conditions: tuple[str, ...]
    tags: tuple[str, ...]
    plus: int = 0

    @property
    def parts(self) -> tuple[str, ...]:
        return _PARTS[self.aggregate]

    @property
    def single(self) -> bool:
        """Whether each group is one series of the database: adding up there would save nothing."""
        known = BY_NAME.get(self.measurement)
        return known is not None and set(known.tag_names) <= set(self.tags)

    def restricted(self, condition: str) -> Question:
        return replace(self, conditions=(*self.conditions, condition))

    def points(self, since_ms: int, before_ms: int) -> str:
        return points_of(self.field, self.measurement, self.conditions, self.tags, since_ms, before_ms)

    def sums(self, since_ms: int, before_ms: int, width: int) -> str:
        return sums_of(
            self.parts, self.field, self.measurement, self.conditions, self.tags, since_ms, before_ms, width
        )


def parse(query: str) -> Question:
    """ValueError where it is no query that a policy compiles to."""
    match = _QUERY.fullmatch(query)
    if match is None or match["aggregate"] not in _PARTS:
        raise ValueError(f"no query of a policy, and only those can be asked of past days: {query}")
    return Question(
        match["aggregate"],
        _unquote(match["field"]),
        _unquote(match["measurement"]),
        tuple(_split(match["where"] or "")),
        tuple(_unquote(name) for name in re.findall(_NAME, match["tags"] or "")),
        int(match["plus"] or 0),
    )


def _split(where: str) -> list[str]:
    """Conditions that AND joins on the outermost level."""
    found, depth = [""], 0
    for piece in _PIECE.findall(where):
        depth += (piece == "(") - (piece == ")")
        if piece == " AND " and not depth:
            found.append("")
        else:
            found[-1] += piece
    return [condition for condition in found if condition]


def _unquote(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name[1:-1])
