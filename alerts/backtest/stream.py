"""The points of one query over a period, asked of the database a stretch of time at once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from alerts.backtest.points import Groups, Points, empty, joined, read
from alerts.backtest.question import parse
from alerts.backtest.windows import Windows, windows
from collector.influx import Refused

if TYPE_CHECKING:
    from alerts.backtest.moments import Moments
    from alerts.backtest.question import Question
    from alerts.engine.files import Node
    from collector.influx import Influx


class Stream:
    """Windows of the evaluations of one query, forwards in time.

    Where a group is one series of the database its points are fetched as they are; else the database adds up
    what lies in one stretch between two evaluations or two beginnings of their ranges. Stamps are whole seconds, and
    so is each range: whatever is added up lies in a range as a whole, or not at all.
    """

    def __init__(self, influx: Influx, node: Node, moments: Moments) -> None:
        """ValueError where the query is none of a policy."""
        assert node.relative_time_range is not None  # the reader refuses a query without one
        self.node = node
        self.question = parse(str(node.model["query"]))
        self.groups = Groups()
        self._span = node.relative_time_range
        self._influx = influx
        self._moments = moments
        self._width = math.gcd(moments.interval, self._span.since - self._span.until + 1)
        self._points = empty(self.question)
        self._fetched: int | None = None  # epoch seconds
        self.rows = 0

    def forward(self, first: int, until: int) -> Windows:
        """For the evaluations [first, until), which follow those of the call before."""
        since, before = self._seconds(first, until)
        asked = since if self._fetched is None else max(self._fetched, since)
        fresh = self._fetch(self.question, asked, before)
        self._fetched = before
        self.rows = len(fresh)
        self._points = joined((self._points.since(since * 1000), fresh))
        return windows(self.question, self._points, self._span, self._moments, first, until)

    def only(self, first: int, until: int, condition: str | None) -> Windows:
        """The same for any evaluations, of points that meet one more condition."""
        question = self.question if condition is None else self.question.restricted(condition)
        points = self._fetch(question, *self._seconds(first, until))
        return windows(question, points, self._span, self._moments, first, until)

    def nothing(self, first: int, until: int) -> Windows:
        return windows(self.question, empty(self.question), self._span, self._moments, first, until)

    def _seconds(self, first: int, until: int) -> tuple[int, int]:
        """What these evaluations read: from a second up to another one."""
        moments, span = self._moments, self._span
        return moments.second(first) - span.since, moments.second(until - 1) - span.until + 1

    def _fetch(self, question: Question, since: int, before: int) -> Points:
        """Halved where the database gives only a part of its answer."""
        if since >= before:
            return empty(question)
        bounds = since * 1000, before * 1000
        single = question.single
        text = question.points(*bounds) if single else question.sums(*bounds, self._width)
        answer = self._influx.raw(text).get("series", ())
        if not any(series.get("partial") for series in answer):
            return read(question, answer, self.groups, single=single)
        half = (before - since) // self._width // 2 * self._width
        if not half:
            raise Refused(
                f"max-row-limit of the database is too small for one answer of {question.measurement}"
            )
        return joined(
            [self._fetch(question, *part) for part in ((since, since + half), (since + half, before))]
        )
