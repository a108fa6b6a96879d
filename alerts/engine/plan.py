"""A rule made ready to be evaluated: its queries and expressions in the order of need."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Generic, TypeVar

from alerts.engine import thresholds
from alerts.engine.expressions import Expression, expression

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from alerts.engine.files import Node, RuleFile


Made = TypeVar("Made")


@dataclass(frozen=True)
class Step:
    """One query (without an expression) or one expression.

    Of equal `root` are steps whose results have the same label sets in the same order, as far as they are as many.
    """

    ref: str
    node: Node
    expression: Expression | None
    root: str


@dataclass(frozen=True)
class Plan:
    """`fault` is why Grafana could not even begin; then there are no steps.

    `expressions` are the refs of all, sorted; `alike` whether all have the label sets of one query.
    """

    condition: str
    steps: tuple[Step, ...]
    fault: str = ""
    expressions: tuple[str, ...] = ()
    alike: bool = False


def plan(rule: RuleFile) -> Plan:
    try:
        steps = tuple(_steps(rule))
    except (ValueError, KeyError) as wrong:
        return Plan(rule.condition, (), str(wrong))
    made = [step for step in steps if step.expression is not None]
    alike = len({step.root for step in made}) == 1
    return Plan(rule.condition, steps, "", tuple(sorted(step.ref for step in made)), alike)


def _steps(rule: RuleFile) -> Sequence[Step]:
    nodes = {node.ref_id: node for node in rule.data}
    ready = {
        ref: expression(node.model, node.relative_time_range)
        for ref, node in nodes.items()
        if node.is_expression
    }
    if rule.condition not in nodes:
        raise ValueError(f"no query or expression is {rule.condition!r}")
    for ref, one in ready.items():
        for need in one.needs:
            if need not in nodes:
                raise ValueError(f"{ref} needs {need!r}, which is no query")
        if ref != rule.condition and thresholds.recovers(nodes[ref].model):
            raise ValueError(f"the recovery threshold {ref} is only allowed to be the condition")
    roots: dict[str, str] = {}
    steps = []
    for ref in _in_order(nodes, ready):
        found = ready.get(ref)
        roots[ref] = roots[found.alike] if found is not None and found.alike else ref
        steps.append(Step(ref, nodes[ref], found, roots[ref]))
    return steps


def _in_order(nodes: dict[str, Node], ready: dict[str, Expression]) -> list[str]:
    needs = {ref: ready[ref].needs if ref in ready else () for ref in nodes}
    try:
        return list(TopologicalSorter(needs).static_order())
    except CycleError as circle:
        named = " needs ".join(reversed(circle.args[1]))
        raise ValueError(f"{named}: an expression needs its own result") from None


class PerRule(Generic[Made]):
    """Something made once for a rule, and kept as long as the rule is."""

    def __init__(self, make: Callable[[RuleFile], Made]) -> None:
        self._make = make
        self._kept: dict[int, tuple[weakref.ref[RuleFile], Made]] = {}

    def __call__(self, rule: RuleFile) -> Made:
        key = id(rule)  # a rule holds maps and has no hash
        found = self._kept.get(key)
        if found is not None and found[0]() is rule:
            return found[1]
        made = self._make(rule)
        self._kept[key] = weakref.ref(rule, lambda _: self._kept.pop(key, None)), made
        return made


plan_of = PerRule(plan)
