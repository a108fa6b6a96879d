"""policy/scenario: each policy has its story, with a time at which it fires and one at which it is silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.flags import Listed
from alerts.story import read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from alerts.bench import Bench
    from alerts.policy import Policy
    from alerts.story import Story
    from collector.problem import Problem

NAME = "policy/scenario"


def check(policy: Policy, bench: Bench) -> Iterator[Problem]:
    found = [path for folder in bench.scenarios if (path := folder / f"{policy.id}.yaml").is_file()]
    if not found:
        yield policy.problem(
            NAME,
            ("id",),
            "has no scenario",
            f"write scenarios/{policy.id}.yaml with a time at which it fires and one at which it is silent",
        )
        return
    story, problems = read(found[-1], f"{found[-1].parent.name}/{found[-1].name}")
    yield from problems
    if story is not None:
        yield from _proves(policy, story, found[-1])


def _proves(policy: Policy, story: Story, path: Path) -> Iterator[Problem]:
    if story.policy != policy.id:
        yield policy.problem(
            NAME,
            ("id",),
            f"its scenario tells of {story.policy!r}",
            f"write `policy: {policy.id}` in {path.name}",
        )
    times = [moment for case in story.cases for moment in case.expect]
    for wanted, word in ((True, "fires"), (False, "is silent")):
        if not any(bool(moment.firing) is wanted for moment in times):
            yield policy.problem(
                NAME, ("id",), f"its scenario has no time at which it {word}", f"add one to {path.name}"
            )
    asked = [c.site for c in policy.flags.where.values() if isinstance(c, Listed)]
    for name in asked:
        if name not in story.lists:
            yield policy.problem(
                NAME,
                ("flags", "where"),
                f"its scenario does not say what the site's list {name!r} holds",
                f"write `lists: {{{name}: […]}}` above the cases of {path.name}",
            )
