"""policy/hours: what lies outside the hours is counted only where a policy sets them, and hours go with counting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.bench import doubted, overlap
from collector.schema import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.bench import Bench
    from alerts.flags import Flags
    from alerts.policy import Policy
    from collector.problem import Problem

NAME = "policy/hours"
COUNTED = "after_hours"
_LATE = {"after_hours", "use_after_hours"}


def check(policy: Policy, bench: Bench) -> Iterator[Problem]:
    counts = _counts(policy.flags) or (policy.meanwhile is not None and _counts(policy.meanwhile))
    if policy.hours is not None and not counts:
        yield doubted(
            policy.problem(
                NAME,
                ("hours",),
                f"it sets hours, but {policy.flags.field!r} of {policy.flags.measurement!r} does not depend on them",
                f"remove `hours`, or flag the measurement {COUNTED}",
            )
        )
    if not counts:
        return
    without = [
        klass for klass in policy.binds if not any(_sets(one, klass, policy) for one in bench.policies)
    ]
    if without:
        yield policy.problem(
            NAME,
            ("flags", "field"),
            f"{policy.flags.field!r} is counted only where hours bind a venue, and no policy has any for"
            f" {', '.join(without)}",
            'write `hours: {closed: "22:00-08:00"}`, `hours: province` or `hours: own`',
        )


def _counts(flags: Flags) -> bool:
    """Whether the field holds what lies outside the hours."""
    measurement = BY_NAME.get(flags.measurement)
    if measurement is None or not measurement.has_field(flags.field):
        return False
    if flags.measurement == "late":
        return flags.field in _LATE
    return flags.measurement == COUNTED or bool(measurement.field(flags.field).after_hours_of)


def _sets(one: Policy, klass: str, policy: Policy) -> bool:
    days = [(p.in_force.valid_from, p.in_force.valid_to) for p in (one, policy)]
    return one.hours is not None and klass in one.binds and overlap(days[0], days[1])
