"""policy/runbook: an inspector finds what to do when a policy fires."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.policy import Policy
    from alerts.rule import AlertContext
    from collector.problem import Problem

NAME = "policy/runbook"


def check(policy: Policy, context: AlertContext) -> Iterator[Problem]:
    expected = f"docs/policies/{policy.id}.md"
    if policy.runbook != expected:
        yield policy.problem(
            NAME, ("runbook",), f"{policy.runbook!r} is not its place", f"write `runbook: {expected}`"
        )
    elif context.docs is not None and not (context.docs / "policies" / f"{policy.id}.md").is_file():
        yield policy.problem(
            NAME,
            ("runbook",),
            f"{expected} does not exist",
            "write two or three steps for the inspector there",
        )
