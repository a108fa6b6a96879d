"""What must hold of every policy before it becomes a rule; one check a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.checks import (
    basis,
    cost,
    gap,
    hours,
    in_force,
    issuers,
    overlap,
    places,
    query,
    runbook,
    scenario,
    window,
    words,
)
from collector.problem import in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from alerts.bench import Bench
    from alerts.policy import Policy
    from collector.problem import Problem

CHECKS: tuple[Callable[[Policy, Bench], Iterator[Problem]], ...] = (
    basis.check,
    cost.check,
    gap.check,
    hours.check,
    in_force.check,
    issuers.check,
    overlap.check,
    places.check,
    query.check,
    runbook.check,
    scenario.check,
    window.check,
    words.check,
)


def lint(bench: Bench) -> list[Problem]:
    """What is said against the policies of a bench."""
    return in_order(p for policy in bench.policies for check in CHECKS for p in check(policy, bench))
