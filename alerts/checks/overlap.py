"""policy/overlap: no two policies tell the same about the same subjects on the same days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.bench import doubted, overlap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.bench import Bench
    from alerts.policy import Policy
    from collector.problem import Problem

NAME = "policy/overlap"


def check(policy: Policy, bench: Bench) -> Iterator[Problem]:
    """Told at the one whose id comes later."""
    for other in bench.policies:
        if other.id < policy.id and _same(policy, other):
            yield doubted(
                policy.problem(
                    NAME,
                    ("flags",),
                    f"counts the same points for the same subjects as {other.id}: each would be told twice",
                    "end one of them with `in_force: {to: …}`, or let them bind different classes or places",
                )
            )


def _same(one: Policy, two: Policy) -> bool:
    if (one.flags, one.meanwhile, one.threshold.absent) != (two.flags, two.meanwhile, two.threshold.absent):
        return False
    days = [(policy.in_force.valid_from, policy.in_force.valid_to) for policy in (one, two)]
    return (
        overlap(days[0], days[1])
        and _meet(one.binds, two.binds)
        and _meet(one.places, two.places)
        and one.threshold == two.threshold
    )


def _meet(one: tuple[str, ...], two: tuple[str, ...]) -> bool:
    """None binds all."""
    return not one or not two or bool(set(one) & set(two))
