"""Points as ingest and presence would have stored them under other opening hours.

Both decide by the hours of the moment: which seconds of play and use are after hours, and whether a venue should be
open. What lies behind those points is read again, but only of the times of day and the venues whose hours differ.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from alerts.backtest.points import Groups, Points, in_order, joined, labels_of
from alerts.backtest.question import Question
from collector import influxql
from collector.schema import BY_NAME, IDENTITY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alerts.backtest.ask import Asking
    from alerts.backtest.hours import OtherHours
    from alerts.backtest.points import Array
    from alerts.engine.frames import Labels

# A sample tells of what ran since the one before it, half a minute as a rule. One that reaches into other hours is
# taken to be stamped at most so much later.
LONGEST = 3600
_STEP = 600  # seconds of samples that are read at once: they are dense
_NAMES = 400  # venues that a condition may name

DECIDED = "after_hours"
# Of its fields, the samples of which each was decided.
_SAMPLES = {"play": ("games", "play"), "use": ("session", "active")}
_WORD = "hours"  # the field of presence's measurements that says what the hours are

_NAME = re.compile(r'"((?:[^"\\]|\\.)*)"')
_TEXT = re.compile(r"'((?:[^'\\]|\\.)*)'")
_BOUND = re.compile(r'"[^"]+" (>=|<=|>|<) (-?[0-9.]+)')
_BOUNDS = {">=": np.greater_equal, "<=": np.less_equal, ">": np.greater, "<": np.less}


def touched(question: Question) -> bool:
    """Whether the points of a question were decided by hours."""
    return question.measurement == DECIDED or any(_named(one) == {_WORD} for one in question.conditions)


class Rehoured:
    """Those that are stored, but where hours differ those that are decided anew."""

    def __init__(self, stored: Asking, hours: OtherHours) -> None:
        self._stored = stored
        self._hours = hours

    def points(self, question: Question, since: int, before: int, width: int, groups: Groups) -> Points:
        """ValueError where a condition of the question cannot be judged outside the database."""
        sampled = question.measurement == DECIDED
        stretches = (
            self._hours.stretches(since, before, LONGEST if sampled else 0) if touched(question) else []
        )
        if not stretches:
            return self._stored.points(question, since, before, width, groups)
        # Points as they are, since only those can be told apart by venue.
        single = replace(question, tags=BY_NAME[question.measurement].tag_names)
        own = Groups()
        found = self._stored.points(single, since, before, width, own)
        anew = self._by_sample if sampled else self._by_word
        for begin, end, venues in stretches:
            found = found.chosen(~_of(venues, own.known, found, begin, end))
            steps = ((at, min(at + _STEP, end)) for at in range(begin, end, _STEP))
            found = joined([found, *(anew(single, step, venues, own) for step in steps)])
        numbers = [groups.number(labels_of(question, dict(known))) for known in own.known]
        return in_order(_taken(numbers, found.group), found.time, found.parts)

    def _by_sample(
        self, question: Question, step: tuple[int, int], venues: frozenset[str], groups: Groups
    ) -> Points:
        """Seconds after hours; of games at the same time the longest, as ingest has it."""
        measurement, field = _SAMPLES[question.field]
        kept, bounds = _parted(question)
        conditions = (*kept, influxql.compared(field, ">", 0), *_few(venues))
        samples = Question("max", field, measurement, conditions, BY_NAME[measurement].tag_names)
        own = Groups()
        found = self._stored.points(samples, *step, 1, own)
        found = found.chosen(_of(venues, own.known, found, *step))
        numbers = [
            groups.number(tuple(pair for pair in known if pair[0] in question.tags)) for known in own.known
        ]
        group, time, seconds = _longest(_taken(numbers, found.group), found.time, found.parts[0])
        outside = self._outside([dict(known)["venue"] for known in groups.known], group, time, seconds)
        good = outside > 0
        for operator, value in bounds:
            good &= _BOUNDS[operator](outside, value)
        return _single(question, group[good], time[good], outside[good])

    def _outside(self, venues: Sequence[str], group: Array, time: Array, seconds: Array) -> Array:
        """Once for each venue, end and length: the samples of a venue's PCs are much alike."""
        numbers = {name: number for number, name in enumerate(sorted(set(venues)))}
        named = list(numbers)
        rows = np.stack((_taken([numbers[name] for name in venues], group), time // 1000, seconds), axis=1)
        rows, inverse = np.unique(rows, axis=0, return_inverse=True)
        values = [self._hours.outside(named[number], end, length) for number, end, length in rows.tolist()]
        return _taken(values, inverse.ravel())

    def _by_word(
        self, question: Question, step: tuple[int, int], venues: frozenset[str], groups: Groups
    ) -> Points:
        """Asked without the condition on the word, and the word said anew."""
        conditions = [one for one in question.conditions if _named(one) == {_WORD}]
        rest = tuple(one for one in question.conditions if one not in conditions)
        own = Groups()
        asked = replace(question, conditions=(*rest, *_few(venues)))
        found = self._stored.points(asked, *step, 1, own)
        found = found.chosen(_of(venues, own.known, found, *step))
        wanted = [set(_TEXT.findall(one)) for one in conditions]
        names = [dict(known)["venue"] for known in own.known]
        said: dict[tuple[str, int], bool] = {}
        good = []
        for number, at in zip(found.group.tolist(), (found.time // 60_000).tolist(), strict=True):
            key = names[number], at
            if key not in said:
                word = self._hours.word(key[0], at * 60)
                said[key] = all(word in words for words in wanted)
            good.append(said[key])
        found = found.chosen(np.array(good, bool))
        return Points(
            _taken([groups.number(known) for known in own.known], found.group), found.time, found.parts
        )


def _of(venues: frozenset[str], known: Sequence[Labels], points: Points, since: int, before: int) -> Array:
    """Which points are of these venues, and of this time."""
    own = _taken([dict(found)["venue"] in venues for found in known], points.group).astype(bool)
    inside: Array = own & (points.time >= since * 1000) & (points.time < before * 1000)
    return inside


def _few(venues: frozenset[str]) -> tuple[str, ...]:
    """A condition that leaves most of the others out."""
    return (influxql.any_of("venue", sorted(venues)),) if len(venues) <= _NAMES else ()


def _parted(question: Question) -> tuple[list[str], list[tuple[str, float]]]:
    """Conditions that its samples must meet as well, and bounds of the field itself."""
    kept, bounds = [], []
    for condition in question.conditions:
        match = _BOUND.fullmatch(condition)
        if condition.startswith("time ") or _named(condition) <= set(IDENTITY):
            kept.append(condition)
        elif match is not None and _named(condition) == {question.field}:
            bounds.append((match[1], float(match[2])))
        else:
            raise ValueError(f"what it would have been under other hours depends on {condition}")
    return kept, bounds


def _named(condition: str) -> set[str]:
    """The tags and fields of a condition; its texts stand in other quotes."""
    return set(_NAME.findall(_TEXT.sub("", condition)))


def _longest(group: Array, time: Array, seconds: Array) -> tuple[Array, Array, Array]:
    order = np.lexsort((seconds, time, group))
    group, time, seconds = group[order], time[order], seconds[order]
    last = np.ones(len(group), bool)
    last[:-1] = (group[1:] != group[:-1]) | (time[1:] != time[:-1])
    return group[last], time[last], seconds[last]


def _single(question: Question, group: Array, time: Array, value: Array) -> Points:
    one = np.ones(len(value), np.int64)
    parts = {"count": (one,), "mean": (value, one)}.get(question.aggregate, (value,))
    return in_order(group, time, parts)


def _taken(values: Sequence[int], numbers: Array) -> Array:
    """values[n] of each of the numbers; there may be none of both."""
    return np.array([*values, 0], np.int64)[numbers]
