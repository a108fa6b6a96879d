"""What a query gives at each of many evaluations, worked out for all of them at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from alerts.backtest.moments import Moments
    from alerts.backtest.points import Array, Points
    from alerts.backtest.question import Question
    from alerts.engine.files import Range

_FEWEST = {"min": np.minimum, "max": np.maximum}


@dataclass(frozen=True)
class Windows:
    """Rows by evaluation, from number `first` on: row `start[k - first]` up to `start[k - first + 1]`.

    A group has a row where it has a point within the range of time of the evaluation.
    """

    first: int
    start: Array
    group: Array
    value: Array

    @property
    def count(self) -> int:
        return len(self.start) - 1

    def spread(self, first: int, until: int) -> Windows:
        """The same rows as part of more evaluations, [first, until): the others have none."""
        before, after = self.first - first, until - self.first - self.count
        return Windows(first, np.pad(self.start, (before, after), mode="edge"), self.group, self.value)


def windows(
    question: Question, points: Points, span: Range, moments: Moments, first: int, until: int
) -> Windows:
    """For the evaluations [first, until). Both ends of a range count, as in Grafana."""
    number, group = _active(points, span, moments, first, until)
    order = np.lexsort((group, number))
    number, group = number[order], group[order]
    now = (moments.first + number * moments.interval) * 1000
    low, high = _between(points, group, now - span.since * 1000, now - span.until * 1000)
    value = _aggregate(question, points, low, high) + question.plus
    start = np.searchsorted(number, np.arange(first, until + 1))
    return Windows(first, start, group, value)


def _active(points: Points, span: Range, moments: Moments, first: int, until: int) -> tuple[Array, Array]:
    """Evaluation and group of each row: those in whose range a point of the group lies.

    1. The evaluations that see a point are a run of numbers.
    2. Runs of one group that touch are one run: both their ends rise with time.
    3. Each run is spelled out.
    """
    every = moments.interval * 1000
    away = points.time - moments.first * 1000
    low = np.maximum(-((-(away + span.until * 1000)) // every), first)
    high = np.minimum((away + span.since * 1000) // every, until - 1)
    seen = low <= high
    low, high, group = low[seen], high[seen], points.group[seen]
    if not len(low):
        return low, group
    begins = np.ones(len(low), bool)
    begins[1:] = (group[1:] != group[:-1]) | (low[1:] > high[:-1] + 1)
    heads = np.flatnonzero(begins)
    tails = np.append(heads[1:], len(low)) - 1
    lengths = high[tails] - low[heads] + 1
    within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return np.repeat(low[heads], lengths) + within, np.repeat(group[heads], lengths)


def _between(points: Points, group: Array, since: Array, until: Array) -> tuple[Array, Array]:
    """The points of each row: a slice, since they are sorted by group and time."""
    if not len(group):
        return group, group
    begin = min(points.time.min(), since.min())
    width = max(points.time.max(), until.max()) - begin + 2
    keys = points.group * width + (points.time - begin)
    base = group * width - begin
    return np.searchsorted(keys, base + since), np.searchsorted(keys, base + until, side="right")


def _aggregate(question: Question, points: Points, low: Array, high: Array) -> Array:
    if not len(low):
        return np.empty(0)
    first = points.parts[0]
    if question.aggregate == "last":
        last: Array = first[high - 1]
        return last
    if question.aggregate in _FEWEST:
        return _slices(_FEWEST[question.aggregate], first, low, high)
    total = _sum(first, low, high)
    if question.aggregate == "mean":
        total = total / _sum(points.parts[1], low, high)
    return total


def _sum(values: Array, low: Array, high: Array) -> Array:
    """Whole numbers exactly by differences of running sums; others each for itself, which loses nothing."""
    if values.dtype.kind == "f":
        return _slices(np.add, values, low, high)
    running = np.concatenate(([0], np.cumsum(values)))
    result: Array = running[high] - running[low]
    return result


def _slices(function: np.ufunc, values: Array, low: Array, high: Array) -> Array:
    """A function over values[low:high] of each row, none of them empty."""
    bounds = np.column_stack((low, high)).ravel()
    result: Array = function.reduceat(np.append(values, values[-1:]), bounds)[::2]
    return result
