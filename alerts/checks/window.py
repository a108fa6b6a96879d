"""policy/window: `for` is a whole number of evaluations, and a window meets at least one point of what is written."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from alerts import duration
from alerts.cadence import CADENCES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.bench import Bench
    from alerts.policy import Policy
    from collector.problem import Problem

NAME = "policy/window"
OVER = ("threshold", "over")


def check(policy: Policy, bench: Bench) -> Iterator[Problem]:
    every = duration.parse(bench.context.every)
    over = policy.threshold.over
    here = " in site.yaml (alerting.for)" if policy.id in bench.context.for_override else ""
    yield from _multiple(policy, "for", bench.context.lasting(policy), every, here)
    yield from _multiple(policy, "keep_firing", policy.threshold.keep_firing, every)
    if over < every:
        yield policy.problem(
            NAME,
            OVER,
            f"a window of {duration.show(over)} leaves gaps: rules are evaluated each {duration.show(every)}",
            f"write {duration.show(every)} or more",
        )
    if over % timedelta(seconds=1):
        yield policy.problem(NAME, OVER, "Grafana's time ranges are whole seconds", "write for example 2m")
    cadence = CADENCES.get(policy.flags.measurement)
    if cadence is not None and cadence.every is not None and over < 2 * timedelta(seconds=cadence.every):
        written = timedelta(seconds=cadence.every)
        yield policy.problem(
            NAME,
            OVER,
            f"a window of {duration.show(over)} may hold no point of {policy.flags.measurement!r}, which is written"
            f" each {duration.show(written)}: the rule would end and begin again",
            f"write {duration.show(2 * written)} or more",
        )


def _multiple(
    policy: Policy, key: str, value: timedelta, every: timedelta, here: str = ""
) -> Iterator[Problem]:
    if value % every:
        low, high = value - value % every, value - value % every + every
        yield policy.problem(
            NAME,
            ("threshold", key),
            f"{key}: {duration.show(value)} is no multiple of {duration.show(every)}, the time between two evaluations",
            f"it would act like the next multiple; write {duration.show(low)} or {duration.show(high)}{here}",
        )
