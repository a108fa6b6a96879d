"""The points of a question over a stretch of time, as the database holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from alerts.backtest.points import Points, empty, joined, read
from collector.influx import Refused

if TYPE_CHECKING:
    from alerts.backtest.points import Groups
    from alerts.backtest.question import Question
    from collector.influx import Influx


class Asking(Protocol):
    """Where points of the past come from."""

    def points(self, question: Question, since: int, before: int, width: int, groups: Groups) -> Points:
        """Of [since, before) in epoch seconds, at most added up over `width` seconds from `since` on.

        Unavailable or Refused where the database fails, ValueError where this cannot be answered.
        """
        ...


class Stored:
    """What is in the database.

    Where a group is one series of the database its points are fetched as they are; else the database adds them up.
    """

    def __init__(self, influx: Influx) -> None:
        self._influx = influx

    def points(self, question: Question, since: int, before: int, width: int, groups: Groups) -> Points:
        """In halves where the database gives only a part of its answer."""
        if since >= before:
            return empty(question)
        bounds = since * 1000, before * 1000
        single = question.single
        text = question.points(*bounds) if single else question.sums(*bounds, width)
        answer = self._influx.raw(text).get("series", ())
        if not any(series.get("partial") for series in answer):
            return read(question, answer, groups, single=single)
        half = (before - since) // width // 2 * width
        if not half:
            raise Refused(
                f"max-row-limit of the database is too small for an answer of {question.measurement}"
            )
        return joined(
            [
                self.points(question, *part, width, groups)
                for part in ((since, since + half), (since + half, before))
            ]
        )
