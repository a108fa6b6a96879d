"""What must hold of every policy before it becomes a rule; one check a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.checks import for_interval, legal_basis, query, runbook, scenario
from collector.problem import in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from alerts.policy import Policy
    from alerts.rule import AlertContext
    from collector.problem import Problem

CHECKS: tuple[Callable[[Policy, AlertContext], Iterator[Problem]], ...] = (
    for_interval.check,
    legal_basis.check,
    query.check,
    runbook.check,
    scenario.check,
)


def lint(policies: Sequence[Policy], context: AlertContext) -> list[Problem]:
    return in_order(p for policy in policies for check in CHECKS for p in check(policy, context))
