"""Which numbers belong to which instance: those whose labels equal, contain or are contained in its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.engine.matching import Index
from alerts.engine.outcome import is_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alerts.engine.frames import Labels
    from alerts.engine.outcome import Number, Outcome
    from alerts.engine.plan import Plan

Values = tuple[tuple[str, float | None], ...]
Apart = tuple[tuple[str, "Labels"], ...]


def captures(plan: Plan, done: Mapping[str, Outcome]) -> Iterator[tuple[Values, Apart]]:
    """For each number of the condition, in order: the numbers by ref, and the labels of those with others.

    Every expression that made numbers counts; a query never does, since it gives series.
    """
    numbers: dict[str, Sequence[Number]] = {}
    for ref in plan.expressions:
        outcome = done.get(ref, ())
        if is_numbers(outcome):
            numbers[ref] = outcome
    condition = numbers[plan.condition]
    if plan.alike and all(len(found) == len(condition) for found in numbers.values()):
        # One chain from one query, the rule with us: everything stands in the same order.
        pairs = [[(ref, value) for _, value in found] for ref, found in numbers.items()]
        return ((values, ()) for values in zip(*pairs, strict=True))
    indexed = [(ref, found, Index([labels for labels, _ in found])) for ref, found in numbers.items()]
    return (_of(labels, indexed) for labels, _ in condition)


def _of(labels: Labels, found: Sequence[tuple[str, Sequence[Number], Index]]) -> tuple[Values, Apart]:
    values: list[tuple[str, float | None]] = []
    apart: list[tuple[str, Labels]] = []
    for ref, numbers, index in found:
        equal = index.equal(labels)
        if equal:
            values.append((ref, numbers[equal[-1]].value))
            continue
        others = [numbers[i] for i in index.matches(labels)]
        if others:
            last = max(others, key=_shown)  # of several Grafana keeps the last by the text of its labels
            values.append((ref, last.value))
            apart.append((ref, last.labels))
    return tuple(values), tuple(apart)


def _shown(number: Number) -> str:
    return ", ".join(f"{name}={value}" for name, value in number.labels)
