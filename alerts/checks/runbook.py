"""policy/runbook: whoever gets a notice finds what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.bench import Bench
    from alerts.policy import Policy
    from collector.problem import Problem

NAME = "policy/runbook"


def check(policy: Policy, bench: Bench) -> Iterator[Problem]:
    expected = f"docs/policies/{policy.id}.md"
    if policy.runbook != expected:
        yield policy.problem(
            NAME, ("runbook",), f"{policy.runbook!r} is not its place", f"write `runbook: {expected}`"
        )
    elif bench.docs and not any((docs / "policies" / f"{policy.id}.md").is_file() for docs in bench.docs):
        yield policy.problem(
            NAME,
            ("runbook",),
            f"{expected} does not exist",
            "write two or three steps there: what to look at, whom to ask, when to go there",
        )
