"""The allowed hours of a legal class, by date, as its policies and the province's decisions set them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from alerts.policy import ClosedHours
from collector.roster import Hours

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from alerts.policy import Policy, ProvincialHours


def binding(
    policies: Sequence[Policy], klass: str, provincial: Sequence[ProvincialHours]
) -> tuple[Hours, ...]:
    """In order of days and without overlaps. A day that none of them covers has no known rule."""
    found = sorted(
        (hours for policy in policies if klass in policy.binds for hours in _of(policy, klass, provincial)),
        key=lambda hours: (hours.valid_from, hours.policy),
    )
    ordered: list[Hours] = []
    for hours in found:
        if ordered and _later(ordered[-1].valid_to, hours.valid_from):
            ordered[-1] = replace(ordered[-1], valid_to=hours.valid_from)  # the newer rule takes over
            if ordered[-1].valid_from == hours.valid_from:
                ordered.pop()
        ordered.append(hours)
    return tuple(ordered)


def _of(policy: Policy, klass: str, provincial: Sequence[ProvincialHours]) -> Iterator[Hours]:
    start, end = policy.in_force.valid_from, policy.in_force.valid_to
    if isinstance(policy.hours, ClosedHours):
        yield Hours(start, end, policy.id, policy.hours.open)
    elif policy.hours == "province":
        for decision in provincial:
            if klass not in decision.classes:
                continue
            since = max(start, decision.valid_from)
            until = _earliest(end, decision.valid_to)
            if until is None or since < until:
                yield Hours(since, until, policy.id, decision.windows)


def _earliest(one: date | None, two: date | None) -> date | None:
    days = [day for day in (one, two) if day is not None]
    return min(days) if days else None


def _later(end: date | None, day: date) -> bool:
    return end is None or end > day
