"""What a rule's queries would have given at past moments: the engine's source of frames, from memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alerts.backtest.stream import Stream
from alerts.engine.frames import Frame
from collector import influxql

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from alerts.backtest.ask import Asking
    from alerts.backtest.moments import Moments
    from alerts.backtest.points import Array
    from alerts.backtest.windows import Windows
    from alerts.engine.files import Node, RuleFile
    from alerts.engine.frames import Labels

_GROWTH = 8  # times as many evaluations as the block before, at most


@dataclass(frozen=True)
class Sizes:
    """Of a block: the first one's evaluations, since nobody knows how much there is; the rows that one should have,
    some hundred bytes each; the evaluations at most where a second query may be dense; the venues that a condition
    may name.
    """

    first: int = 60
    rows: int = 400_000
    beside: int = 720
    names: int = 400


USUAL = Sizes()


@dataclass(frozen=True)
class _Block:
    """Windows of one query, as lists: they are read row by row."""

    start: list[int]
    group: list[int]
    value: list[float]
    known: Sequence[Labels]

    def frames(self, at: int) -> list[Frame]:
        rows = slice(self.start[at], self.start[at + 1])
        return [
            Frame(self.known[group], (value,))
            for group, value in zip(self.group[rows], self.value[rows], strict=True)
        ]


class Past:
    """A rule's queries, loaded block by block of evaluations.

    The first query says who is spoken of. Where it has nothing, the whole rule has no data, whatever the others
    have; so they are asked only for its times, and where they name venues only for its venues. An evaluation at which
    none of what they then have goes with the first query's is asked in full: there it matters whether there is
    anything at all, and Grafana combines one with one whatever their labels are.
    """

    def __init__(self, rule: RuleFile, asking: Asking, moments: Moments, sizes: Sizes = USUAL) -> None:
        """ValueError where a query is none of a policy."""
        self._moments = moments
        self._sizes = sizes
        nodes = [node for node in rule.data if not node.is_expression]
        self._main, *self._sides = (Stream(asking, node, moments) for node in nodes)
        self._most = sizes.beside if self._sides else moments.count
        self._size = min(sizes.first, self._most)
        self._blocks: dict[str, _Block] = {}
        self._first = self._until = 0

    def load(self) -> range:
        """The next block: the numbers of its evaluations, none at the end."""
        first = self._until
        until = min(first + self._size, self._moments.count)
        self._first, self._until = first, until
        if first == until:
            return range(first, until)
        main = self._main.forward(first, until)
        self._keep(self._main, main)
        for side in self._sides:
            self._keep(side, self._beside(side, main))
        rows = max(self._main.rows, len(main.group), 1)
        self._size = min(int(self._size * min(_GROWTH, self._sizes.rows / rows)) or 1, self._most)
        return range(first, until)

    def speaks(self, number: int) -> bool:
        """Whether an evaluation of the block has any instance."""
        start, at = self._blocks[self._main.node.ref_id].start, number - self._first
        return start[at] < start[at + 1]

    def frames(self, node: Node, now: datetime) -> Sequence[Frame]:
        at = (int(now.timestamp()) - self._moments.second(self._first)) // self._moments.interval
        return self._blocks[node.ref_id].frames(at)

    def _keep(self, stream: Stream, found: Windows) -> None:
        self._blocks[stream.node.ref_id] = _Block(
            found.start.tolist(),
            found.group.tolist(),
            found.value.astype(float).tolist(),
            stream.groups.known,
        )

    def _beside(self, side: Stream, main: Windows) -> Windows:
        spoken = np.flatnonzero(np.diff(main.start)) + main.first
        if not len(spoken):
            return side.nothing(main.first, main.first + main.count)
        condition = self._venues(side, main)
        found = side.only(spoken[0], spoken[-1] + 1, condition)
        if condition is not None and not self._all_go_together(spoken, main, side, found):
            found = side.only(spoken[0], spoken[-1] + 1, None)
        return found.spread(main.first, main.first + main.count)

    def _venues(self, side: Stream, main: Windows) -> str | None:
        """A condition that holds for the venues of a block."""
        if "venue" not in self._main.question.tags or "venue" not in side.question.tags:
            return None
        known = self._main.groups.known
        names = sorted({dict(known[group])["venue"] for group in np.unique(main.group).tolist()})
        return influxql.any_of("venue", names) if len(names) <= self._sizes.names else None

    def _all_go_together(self, spoken: Array, main: Windows, side: Stream, found: Windows) -> bool:
        """Whether at each of these evaluations some label set of one query is contained in one of the other."""
        own, other = set(self._main.question.tags), set(side.question.tags)
        shared = own & other
        if shared not in (own, other):
            return False
        numbers: dict[Labels, int] = {}
        keys = [_keys(stream.groups.known, shared, numbers) for stream in (self._main, side)]
        here, there = (
            np.repeat(np.arange(w.first, w.first + w.count), np.diff(w.start)) * (len(numbers) + 1)
            + k[w.group]
            for w, k in zip((main, found), keys, strict=True)
        )
        together = np.unique(here[np.isin(here, there)] // (len(numbers) + 1))
        return len(together) == len(spoken)


def _keys(known: Sequence[Labels], names: set[str], numbers: dict[Labels, int]) -> Array:
    """Of each label set the number of its part with these names."""
    parts = (tuple(pair for pair in found if pair[0] in names) for found in known)
    return np.array([numbers.setdefault(part, len(numbers)) for part in parts], np.int64)
