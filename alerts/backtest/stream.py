"""What one query of a rule gives at the evaluations of a period, a block of them at once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from alerts.backtest.points import Groups, empty, joined
from alerts.backtest.question import parse
from alerts.backtest.windows import Windows, windows

if TYPE_CHECKING:
    from alerts.backtest.ask import Asking
    from alerts.backtest.moments import Moments
    from alerts.engine.files import Node


class Stream:
    """Points may be added up over what lies between two evaluations or two beginnings of their ranges: stamps are
    whole seconds, and so is each range. Whatever is added up lies in a range as a whole, or not at all.
    """

    def __init__(self, asking: Asking, node: Node, moments: Moments) -> None:
        """ValueError where the query is none of a policy."""
        assert node.relative_time_range is not None  # the reader refuses a query without one
        self.node = node
        self.question = parse(str(node.model["query"]))
        self.groups = Groups()
        self.rows = 0  # fetched for the last block
        self._span = node.relative_time_range
        self._asking = asking
        self._moments = moments
        self._width = math.gcd(moments.interval, self._span.since - self._span.until + 1)
        self._points = empty(self.question)
        self._fetched: int | None = None  # up to this second

    def forward(self, first: int, until: int) -> Windows:
        """For the evaluations [first, until), which follow those of the call before: only what is new is asked."""
        since, before = self._seconds(first, until)
        asked = since if self._fetched is None else max(self._fetched, since)
        fresh = self._asking.points(self.question, asked, before, self._width, self.groups)
        self._fetched = max(before, asked)
        self.rows = len(fresh)
        self._points = joined((self._points.since(since * 1000), fresh))
        return windows(self.question, self._points, self._span, self._moments, first, until)

    def only(self, first: int, until: int, condition: str | None) -> Windows:
        """For any evaluations, of points that meet one more condition."""
        question = self.question if condition is None else self.question.restricted(condition)
        points = self._asking.points(question, *self._seconds(first, until), self._width, self.groups)
        return windows(question, points, self._span, self._moments, first, until)

    def nothing(self, first: int, until: int) -> Windows:
        return windows(self.question, empty(self.question), self._span, self._moments, first, until)

    def _seconds(self, first: int, until: int) -> tuple[int, int]:
        """What these evaluations read: from a second up to another one."""
        moments, span = self._moments, self._span
        return moments.second(first) - span.since, moments.second(until - 1) - span.until + 1
