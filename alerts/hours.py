"""The allowed hours of a legal class, by date, as its policies and the province's decisions set them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from alerts.policy import ClosedHours
from collector.roster import Hours

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from alerts.daytime import Window
    from alerts.policy import Policy
    from alerts.rule import ProvincialHours


def binding(
    policies: Sequence[Policy],
    klass: str,
    provincial: Sequence[ProvincialHours],
    own: tuple[Window, ...] = (),
) -> tuple[Hours, ...]:
    """In order of days and without overlaps. A day that none of them covers has no known rule.

    `own` are the hours that a venue has declared; only a policy that says so makes them binding.
    """
    found = sorted(
        (
            hours
            for policy in policies
            if klass in policy.binds
            for hours in _of(policy, klass, provincial, own)
        ),
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


def _of(
    policy: Policy, klass: str, provincial: Sequence[ProvincialHours], own: tuple[Window, ...]
) -> Iterator[Hours]:
    start, end = policy.in_force.valid_from, policy.in_force.valid_to
    if isinstance(policy.hours, ClosedHours):
        yield Hours(start, end, policy.id, policy.hours.open)
    if policy.hours not in {"province", "own"}:
        return
    decided = list(_decided(policy, klass, provincial))
    yield from decided
    if policy.hours == "own" and own:
        for since, until in _between(decided, start, end):
            yield Hours(since, until, policy.id, own)


def _decided(policy: Policy, klass: str, provincial: Sequence[ProvincialHours]) -> Iterator[Hours]:
    for decision in sorted(provincial, key=lambda decision: decision.valid_from):
        if klass not in decision.classes:
            continue
        since = max(policy.in_force.valid_from, decision.valid_from)
        until = _earliest(policy.in_force.valid_to, decision.valid_to)
        if until is None or since < until:
            yield Hours(since, until, policy.id, decision.windows)


def _between(decided: Sequence[Hours], start: date, end: date | None) -> Iterator[tuple[date, date | None]]:
    """The days of [start, end) for which nothing is decided."""
    day: date | None = start
    for hours in decided:
        if day is not None and day < hours.valid_from:
            yield day, hours.valid_from
        day = hours.valid_to
    if day is not None and (end is None or day < end):
        yield day, end


def _earliest(one: date | None, two: date | None) -> date | None:
    days = [day for day in (one, two) if day is not None]
    return min(days) if days else None


def _later(end: date | None, day: date) -> bool:
    return end is None or end > day
