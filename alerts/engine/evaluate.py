"""One evaluation of a rule: its queries and expressions, and what each instance comes out as."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from alerts.engine.captures import captures
from alerts.engine.expressions import Moment
from alerts.engine.frames import Labels, fill_in, frames
from alerts.engine.outcome import is_numbers
from alerts.engine.plan import plan_of
from collector.influx import Refused, Unavailable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from alerts.engine.captures import Values
    from alerts.engine.files import Node, RuleFile
    from alerts.engine.frames import Frame
    from alerts.engine.outcome import Number, Outcome
    from alerts.engine.plan import Plan, Step
    from collector.influx import Influx


class Source(Protocol):
    """Where the series of a rule's queries come from."""

    def frames(self, node: Node, now: datetime) -> Sequence[Frame]:
        """The series of a query at `now`; none is Grafana's NoData. Unavailable or Refused where it fails.

        Grafana tries a failed evaluation three times before it is a state. That is the source's affair: an
        error that leaves it is one.
        """
        ...


class Database:
    """The queries as they stand, asked of InfluxDB."""

    def __init__(self, influx: Influx) -> None:
        self._influx = influx

    def frames(self, node: Node, now: datetime) -> Sequence[Frame]:
        model = node.model
        assert node.relative_time_range is not None  # the reader refuses a query without one
        interval = int(model.get("intervalMs", 1000))
        text = fill_in(model["query"], node.relative_time_range, now, interval)
        return frames(self._influx.raw(text), str(model.get("alias", "")))


class Verdict(enum.Enum):
    NORMAL = "Normal"
    ALERTING = "Alerting"
    NO_DATA = "NoData"
    ERROR = "Error"


class Result(NamedTuple):
    """`values` are the numbers that belong to the instance, by ref; `apart` the labels of those that have
    others than the instance. A tuple, since a backtest makes millions of them.
    """

    verdict: Verdict
    labels: Labels = ()
    values: Values = ()
    error: str = ""
    apart: tuple[tuple[str, Labels], ...] = ()


_NORMAL, _ALERTING, _NO_DATA = Verdict.NORMAL, Verdict.ALERTING, Verdict.NO_DATA
_SERIES = "looks like time series data, only reduced data can be alerted on"


def evaluate(
    rule: RuleFile, source: Source, now: datetime, loaded: Collection[Labels] = frozenset()
) -> list[Result]:
    """In Grafana's order: an error of the condition, then any query without data, then each instance.

    `loaded` are the label sets that a recovery threshold holds on to: `state.loaded` of the instances.
    """
    plan = plan_of(rule)
    if plan.fault:
        return [Result(Verdict.ERROR, error=plan.fault)]
    work = _Work(source, Moment(now, frozenset(loaded)))
    for step in plan.steps:
        work.do(step)
    if plan.condition in work.failed:
        return [Result(Verdict.ERROR, error=work.failed[plan.condition])]
    empty = [step.node for step in plan.steps if step.expression is None and not work.done.get(step.ref)]
    if empty:
        return [_no_data(empty, uid) for uid in sorted({node.datasource_uid for node in empty})]
    return _instances(plan, work.done)


class _Work:
    """The outcome of each step, or why it has none: its own fault, or the first of what it needs."""

    def __init__(self, source: Source, moment: Moment) -> None:
        self._source = source
        self._moment = moment
        self.done: dict[str, Outcome] = {}
        self.failed: dict[str, str] = {}

    def do(self, step: Step) -> None:
        try:
            if step.expression is None:
                self.done[step.ref] = self._source.frames(step.node, self._moment.now)
                return
            for need in step.expression.needs:
                if need in self.failed:
                    self.failed[step.ref] = self.failed[need]
                    return
            self.done[step.ref] = step.expression.run(self.done, self._moment)
        except (Unavailable, Refused, ValueError) as fault:
            self.failed[step.ref] = str(fault)


def _no_data(empty: Sequence[Node], uid: str) -> Result:
    refs = ",".join(sorted(node.ref_id for node in empty if node.datasource_uid == uid))
    return Result(_NO_DATA, (("datasource_uid", uid), ("ref_id", refs)))


def _instances(plan: Plan, done: Mapping[str, Outcome]) -> list[Result]:
    outcome = done[plan.condition]
    if not outcome:
        return [Result(_NO_DATA)]
    if not is_numbers(outcome):
        return [Result(Verdict.ERROR, error=_SERIES)]
    numbers = outcome
    if len({labels for labels, _ in numbers}) != len(numbers):
        return [_duplicate(numbers)]
    return [
        # NaN is not 0: Grafana fires on it.
        Result(_NO_DATA if value is None else _NORMAL if value == 0 else _ALERTING, labels, values, "", apart)
        for (labels, value), (values, apart) in zip(numbers, captures(plan, done), strict=True)
    ]


def _duplicate(numbers: Sequence[Number]) -> Result:
    seen: set[Labels] = set()
    for labels, _ in numbers:
        if labels in seen:
            break
        seen.add(labels)
    shown = ", ".join(f"{name}={value}" for name, value in labels)
    return Result(Verdict.ERROR, labels, error=f"duplicate results with labels {{{shown}}}")
