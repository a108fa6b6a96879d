"""policy/scenario: each policy has its story, with a time at which it fires and one at which it is silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.story import read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.policy import Policy
    from alerts.rule import AlertContext
    from collector.problem import Problem

NAME = "policy/scenario"


def check(policy: Policy, context: AlertContext) -> Iterator[Problem]:
    found = [path for folder in context.scenarios if (path := folder / f"{policy.id}.yaml").is_file()]
    if not found:
        yield policy.problem(
            NAME,
            ("id",),
            "has no scenario",
            f"write scenarios/{policy.id}.yaml with a time at which it fires",
        )
        return
    story, problems = read(found[0], found[0].name)
    yield from problems
    if story is None:
        return
    times = [moment for case in story.cases for moment in case.expect]
    for wanted, word in ((True, "fires"), (False, "is silent")):
        if not any(bool(moment.firing) is wanted for moment in times):
            yield policy.problem(
                NAME, ("id",), f"its scenario has no time at which it {word}", f"add one to {found[0].name}"
            )
