"""Points as ingest and presence would have stored them under other opening hours.

Both decide by the hours of the moment: which seconds of play and use are after hours, and whether a venue should be
open. What lies behind those points is read again, but only of the times of day and the venues whose hours differ.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from alerts.backtest.points import Array, Groups, Points, in_order, joined, labels_of
from alerts.backtest.question import Question
from collector import influxql
from collector.schema import BY_NAME, IDENTITY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alerts.backtest.ask import Asking
    from alerts.backtest.hours import OtherHours
    from alerts.engine.frames import Labels

# A sample tells of what ran since the one before it: one that is stamped later may reach back into hours that differ.
# So long after them those are looked for that are as long as that, and no longer.
LONGEST = 3600
_AFTER = (0, 60, 600, LONGEST)  # edges: nearly all samples are of half a minute
_STEP = 600  # seconds of samples that are read at once: they are dense
_DAY = 86_401  # more than any sample can tell of
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


class Samples(NamedTuple):
    """Of a group's PC, when it was stamped (epoch milliseconds), and the seconds that it tells of."""

    group: Array
    time: Array
    seconds: Array


class Rehoured:
    """Those that are stored, but where hours differ those that are decided anew."""

    def __init__(self, stored: Asking, hours: OtherHours) -> None:
        self._stored = stored
        self._hours = hours

    def points(self, question: Question, since: int, before: int, width: int, groups: Groups) -> Points:
        """ValueError where a condition of the question cannot be judged outside the database."""
        sampled = question.measurement == DECIDED
        reach = LONGEST if sampled else 0
        stretches = self._hours.stretches(since - reach, before) if touched(question) else []
        if not stretches:
            return self._stored.points(question, since, before, width, groups)
        # Points as they are, since only those can be told apart by venue.
        single = replace(question, tags=BY_NAME[question.measurement].tag_names)
        own = Groups()
        found = self._stored.points(single, since, before, width, own)
        anew = self._by_sample if sampled else self._by_word
        for begin, end, venues in stretches:
            found = found.chosen(~_of(venues, own.known, found, begin, end))
            steps = [
                (max(at, since), min(at + _STEP, end))
                for at in range(begin, end, _STEP)
                if at + _STEP > since
            ]
            found = joined([found, *(anew(single, step, venues, own) for step in steps if step[0] < step[1])])
        if sampled:
            for _, end, venues in stretches:
                found = self._reaching_back(single, end, (since, before), venues, own, found)
        numbers = [groups.number(labels_of(question, dict(known))) for known in own.known]
        return in_order(_taken(numbers, found.group), found.time, found.parts)

    def _reaching_back(
        self,
        question: Question,
        end: int,
        bounds: tuple[int, int],
        venues: frozenset[str],
        groups: Groups,
        found: Points,
    ) -> Points:
        """With the samples that are stamped after hours that differ, but began in them."""
        for edges in pairwise(_AFTER):
            since, before = max(end + edges[0], bounds[0]), min(end + edges[1], bounds[1])
            if since < before:
                long = self._samples(question, (since, before), venues, groups, since - end)
                found = self._again(question, long, (since, before), groups, found)
        return found

    def _again(
        self, question: Question, long: Samples, step: tuple[int, int], groups: Groups, found: Points
    ) -> Points:
        """With what is decided anew of the PCs and times of a few samples, by all samples of those."""
        if not len(long.time):
            return found
        venues = frozenset(dict(groups.known[group])["venue"] for group in set(long.group.tolist()))
        every = self._samples(question, step, venues, groups, 0)
        told = _keys(long.group, long.time)
        meant = np.isin(_keys(every.group, every.time), told)
        every = Samples(every.group[meant], every.time[meant], every.seconds[meant])
        others = found.chosen(~np.isin(_keys(found.group, found.time), told))
        return joined([others, self._decided(question, every, groups)])

    def _by_sample(
        self, question: Question, step: tuple[int, int], venues: frozenset[str], groups: Groups
    ) -> Points:
        return self._decided(question, self._samples(question, step, venues, groups, 0), groups)

    def _samples(
        self,
        question: Question,
        step: tuple[int, int],
        venues: frozenset[str],
        groups: Groups,
        longer: int,
    ) -> Samples:
        """Those that tell of more than `longer` seconds."""
        measurement, field = _SAMPLES[question.field]
        conditions = (*_parted(question)[0], influxql.compared(field, ">", longer), *_few(venues))
        samples = Question("max", field, measurement, conditions, BY_NAME[measurement].tag_names)
        own = Groups()
        found = self._stored.points(samples, *step, 1, own)
        found = found.chosen(_of(venues, own.known, found, *step))
        numbers = [
            groups.number(tuple(pair for pair in known if pair[0] in question.tags)) for known in own.known
        ]
        return Samples(_taken(numbers, found.group), found.time, found.parts[0])

    def _decided(self, question: Question, samples: Samples, groups: Groups) -> Points:
        """A point for each PC and time that is after hours. Of games at the same time the longest counts, as ingest has
        it: of those that have a verdict.
        """
        outside = self._outside([dict(known)["venue"] for known in groups.known], samples)
        group, time, outside = _longest(samples.group, samples.time, outside)
        good = outside > 0
        for operator, value in _parted(question)[1]:
            good &= _BOUNDS[operator](outside, value)
        return _single(question, group[good], time[good], outside[good])

    def _outside(self, venues: Sequence[str], samples: Samples) -> Array:
        """Once for each venue's hours, end and length: samples are much alike."""
        group, time, seconds = samples
        if not len(group):
            return group
        alike: dict[object, int] = {}
        named: list[str] = []
        for name in venues:
            if alike.setdefault(self._hours.alike(name), len(alike)) == len(named):
                named.append(name)
        numbers = _taken([alike[self._hours.alike(name)] for name in venues], group)
        first, length = int(time.min()) // 1000, int(time.max() - time.min()) // 1000 + 1
        keys, inverse = np.unique(
            (numbers * length + time // 1000 - first) * _DAY + seconds, return_inverse=True
        )
        values = []
        for key in keys.tolist():
            rest, told = divmod(key, _DAY)
            number, after = divmod(rest, length)
            values.append(self._hours.outside(named[number], first + after, told))
        return _taken(values, inverse)

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
    """The greatest of each group and time."""
    order = np.lexsort((seconds, time, group))
    group, time, seconds = group[order], time[order], seconds[order]
    last = np.ones(len(group), bool)
    last[:-1] = (group[1:] != group[:-1]) | (time[1:] != time[:-1])
    return group[last], time[last], seconds[last]


def _keys(group: Array, time: Array) -> Array:
    """One number for each group and second."""
    keys: Array = group * 2**40 + time // 1000
    return keys


def _single(question: Question, group: Array, time: Array, value: Array) -> Points:
    one = np.ones(len(value), np.int64)
    parts = {"count": (one,), "mean": (value, one)}.get(question.aggregate, (value,))
    return in_order(group, time, parts)


def _taken(values: Sequence[int], numbers: Array) -> Array:
    """values[n] of each of the numbers; there may be none of both."""
    return np.array([*values, 0], np.int64)[numbers]
