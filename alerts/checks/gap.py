"""policy/gap: between two policies that set a class's hours there is no day without any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.bench import doubted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.bench import Bench
    from alerts.policy import Policy
    from collector.problem import Problem

NAME = "policy/gap"


def check(policy: Policy, bench: Bench) -> Iterator[Problem]:
    if policy.hours is None:
        return
    start = policy.in_force.valid_from
    for klass in policy.binds:
        before = [
            one
            for one in bench.policies
            if one.hours is not None and klass in one.binds and one.in_force.valid_from < start
        ]
        last = max(before, key=lambda one: one.in_force.valid_from, default=None)
        end = None if last is None else last.in_force.valid_to
        if last is not None and end is not None and end < start:
            yield doubted(
                policy.problem(
                    NAME,
                    ("in_force", "from"),
                    f"{klass} has no hours from {end}, when {last.id} ends, to {start}",
                    f"write `from: {end}`; if there was no rule in between, say so in a comment and in `misses`",
                )
            )
