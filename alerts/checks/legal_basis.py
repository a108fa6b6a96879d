"""policy/legal-basis: a policy names its law, and does no more than inform where that was never read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.policy import Policy
    from alerts.rule import AlertContext
    from collector.problem import Problem

NAME = "policy/legal-basis"
_LAW = re.compile(r"[0-9]+/[0-9]{4}")  # 147/2024, in any language


def check(policy: Policy, context: AlertContext) -> Iterator[Problem]:
    del context
    for language in ("vi", "en"):
        if not _LAW.search(policy.basis.say(language)):
            yield policy.problem(
                NAME,
                ("basis", language),
                "names no law by number and year",
                "write for example Decree 147/2024, Article 5",
            )
    if policy.basis.confidence == "unconfirmed" and policy.severity != "info":
        yield policy.problem(
            NAME,
            ("severity",),
            f"severity {policy.severity} on a legal basis that nobody has read",
            "write `severity: info`, or read the source and raise basis.confidence",
        )
