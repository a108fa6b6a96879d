"""policy/for-interval: `for` is a whole number of evaluations, and no sample can slip between two windows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from alerts import duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.policy import Policy
    from alerts.rule import AlertContext
    from collector.problem import Problem

NAME = "policy/for-interval"


def check(policy: Policy, context: AlertContext) -> Iterator[Problem]:
    every = duration.parse(context.every)
    lasting = context.lasting(policy)
    if lasting % every:
        low = duration.show(lasting - lasting % every)
        high = duration.show(lasting - lasting % every + every)
        yield policy.problem(
            NAME,
            ("threshold", "for"),
            f"for: {duration.show(lasting)} is no multiple of {context.every}, the time between two evaluations",
            f"it would act like the next multiple; write {low} or {high}",
        )
    if policy.threshold.over < every:
        yield policy.problem(
            NAME,
            ("threshold", "over"),
            f"a window of {duration.show(policy.threshold.over)} leaves gaps: rules are evaluated each {context.every}",
            f"write {context.every} or more",
        )
    if policy.threshold.over % timedelta(seconds=1):
        yield policy.problem(
            NAME, ("threshold", "over"), "Grafana's time ranges are whole seconds", "write for example 2m"
        )
