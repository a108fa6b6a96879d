"""Points of a query's groups as arrays, and how they come out of the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from alerts.engine.frames import Labels, labels

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from alerts.backtest.question import Question

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass
class Groups:
    """The label sets of a query, numbered as they are met."""

    known: list[Labels] = field(default_factory=list)
    _numbers: dict[Labels, int] = field(default_factory=dict)

    def number(self, found: Labels) -> int:
        number = self._numbers.get(found)
        if number is None:
            number = self._numbers[found] = len(self.known)
            self.known.append(found)
        return number


@dataclass(frozen=True)
class Points:
    """Sorted by group, time and value. Times in epoch milliseconds; `parts` are those of Question.parts."""

    group: Array
    time: Array
    parts: tuple[Array, ...]

    def __len__(self) -> int:
        return len(self.time)

    def since(self, ms: int) -> Points:
        return self.chosen(self.time >= ms)

    def chosen(self, mask: Array) -> Points:
        return Points(self.group[mask], self.time[mask], tuple(part[mask] for part in self.parts))


def joined(several: Sequence[Points]) -> Points:
    group = np.concatenate([points.group for points in several])
    time = np.concatenate([points.time for points in several])
    parts = tuple(np.concatenate(part) for part in zip(*(points.parts for points in several), strict=True))
    return in_order(group, time, parts)


def in_order(group: Array, time: Array, parts: tuple[Array, ...]) -> Points:
    """By value at last: of two points of one time InfluxDB takes the greater as the `last`."""
    order = np.lexsort((parts[0], time, group))
    return Points(group[order], time[order], tuple(part[order] for part in parts))


def empty(question: Question) -> Points:
    nothing = np.empty(0, np.int64)
    return Points(nothing, nothing, tuple(nothing for _ in question.parts))


def read(question: Question, answer: Iterable[Mapping[str, Any]], groups: Groups, *, single: bool) -> Points:
    """The series of an answer. ValueError where a value is no number.

    `single`: they are single points (Question.points), else one for each stretch of time (Question.sums).
    """
    numbers: list[int] = []
    sizes: list[int] = []
    rows: list[Sequence[Any]] = []
    for series in answer:
        values = series["values"]
        numbers.append(groups.number(labels_of(question, series.get("tags", {}))))
        sizes.append(len(values))
        rows += values
    if not rows:
        return empty(question)
    group = np.repeat(np.array(numbers, np.int64), sizes)
    counted = single and question.aggregate == "count"  # of whatever the field holds, be it text
    columns = _columns([row[:1] for row in rows] if counted else rows, question)
    time, parts = columns[0].astype(np.int64), tuple(columns[1:])
    if single:
        one = np.ones(len(time), np.int64)
        parts = (one,) if counted else (*parts, one) if question.aggregate == "mean" else parts
    return in_order(group, time, parts)


def _columns(rows: Sequence[Sequence[Any]], question: Question) -> Array:
    table = np.array(list(chain.from_iterable(rows)))
    if table.dtype.kind not in "if":
        raise ValueError(f"{question.field} of {question.measurement} holds what is no number")
    return table.reshape(len(rows), -1).T


def labels_of(question: Question, tags: Mapping[str, str | None]) -> Labels:
    """As the engine reads them off a live answer: without a tag by the name of the series."""
    if not question.tags:
        return (("__name__", f"{question.measurement}.{question.aggregate}"),)
    return labels({name: tags.get(name) or "" for name in question.tags})
