"""One evaluation of a rule: its queries and expressions, and what each instance comes out as."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from alerts.engine.expressions import Number, apply_reduce, apply_threshold
from alerts.engine.frames import Frame, Labels, fill_in, frames
from collector.influx import Refused, Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from alerts.engine.files import Node, RuleFile
    from collector.influx import Influx


class Source(Protocol):
    """Where the series of a rule's queries come from."""

    def frames(self, node: Node, now: datetime) -> Sequence[Frame]:
        """The series of a query at `now`; none is Grafana's NoData. Unavailable or Refused where it fails."""
        ...


class Database:
    """The queries as they stand, asked of InfluxDB."""

    def __init__(self, influx: Influx) -> None:
        self._influx = influx

    def frames(self, node: Node, now: datetime) -> Sequence[Frame]:
        model = node.model
        assert node.relative_time_range is not None  # the reader refuses a query without one
        interval = int(model.get("intervalMs", 1000))
        return frames(self._influx.raw(fill_in(model["query"], node.relative_time_range, now, interval)))


class Verdict(enum.Enum):
    NORMAL = "Normal"
    ALERTING = "Alerting"
    NO_DATA = "NoData"
    ERROR = "Error"


@dataclass(frozen=True)
class Result:
    """`values` are the numbers of each reference that belongs to the instance."""

    verdict: Verdict
    labels: Labels = ()
    values: tuple[tuple[str, float | None], ...] = ()
    error: str = ""


def evaluate(rule: RuleFile, source: Source, now: datetime) -> list[Result]:
    """In Grafana's order: an error of the condition, then any query without data, then each instance."""
    nodes = {node.ref_id: node for node in rule.data}
    work = _Work(nodes, source, now)
    try:
        for node in rule.data:
            work.of(node.ref_id)
    except (Unavailable, Refused, ValueError) as fault:
        return [Result(Verdict.ERROR, error=str(fault))]
    empty = [node for node in rule.data if not node.is_expression and not work.of(node.ref_id)]
    if empty:
        return [_no_data(empty, uid) for uid in sorted({node.datasource_uid for node in empty})]
    return _instances(work.of(rule.condition), work)


class _Work:
    """The outcome of each node, made once and in the order of need."""

    def __init__(self, nodes: Mapping[str, Node], source: Source, now: datetime) -> None:
        self._nodes = nodes
        self._source = source
        self._now = now
        self._open: set[str] = set()
        self.done: dict[str, Sequence[Frame] | Sequence[Number]] = {}

    def of(self, ref: str) -> Sequence[Frame] | Sequence[Number]:
        if ref not in self.done:
            if ref in self._open:
                raise ValueError(f"{ref} needs its own result")
            self._open.add(ref)
            self.done[ref] = self._make(self._nodes[ref])
        return self.done[ref]

    def numbers(self) -> dict[str, list[Number]]:
        return {ref: [item for item in found if isinstance(item, Number)] for ref, found in self.done.items()}

    def _make(self, node: Node) -> Sequence[Frame] | Sequence[Number]:
        model = node.model
        if not node.is_expression:
            return self._source.frames(node, self._now)
        source = self.of(str(model["expression"]).removeprefix("$"))
        if model["type"] == "reduce":
            inputs = [f if isinstance(f, Frame) else Frame(f.labels, (f.value,)) for f in source]
            return apply_reduce(model, inputs)
        if any(isinstance(item, Frame) for item in source):
            raise ValueError(f"{node.ref_id}: a threshold of a whole series; reduce it first")
        return apply_threshold(model, [item for item in source if isinstance(item, Number)])


def _no_data(empty: Sequence[Node], source: str) -> Result:
    refs = ",".join(node.ref_id for node in empty if node.datasource_uid == source)
    return Result(Verdict.NO_DATA, (("datasource_uid", source), ("ref_id", refs)))


def _instances(outcome: Sequence[Frame] | Sequence[Number], work: _Work) -> list[Result]:
    numbers = [item for item in outcome if isinstance(item, Number)]
    if len(numbers) != len(outcome):
        return [
            Result(Verdict.ERROR, error="looks like time series data, only reduced data can be alerted on")
        ]
    if len({number.labels for number in numbers}) != len(numbers):
        return [Result(Verdict.ERROR, error="duplicate results with labels")]
    captured = {
        ref: {number.labels: number.value for number in found}
        for ref, found in work.numbers().items()
        if found
    }
    return [Result(_verdict(number), number.labels, _values(number.labels, captured)) for number in numbers]


def _verdict(number: Number) -> Verdict:
    if number.value is None:
        return Verdict.NO_DATA
    # NaN is not 0: Grafana fires on it.
    return Verdict.NORMAL if number.value == 0 and not math.isnan(number.value) else Verdict.ALERTING


def _values(
    labels: Labels, captured: Mapping[str, Mapping[Labels, float | None]]
) -> tuple[tuple[str, float | None], ...]:
    """The numbers whose labels equal the instance's. Ours never differ: no expression joins two queries."""
    return tuple((ref, found[labels]) for ref, found in sorted(captured.items()) if labels in found)
