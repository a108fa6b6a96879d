"""policy/in-force: the days of a policy are days on which its law existed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.bench import doubted, told
from alerts.checks.basis import laws

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.bench import Bench
    from alerts.policy import Policy
    from collector.problem import Problem

NAME = "policy/in-force"
AHEAD = 5  # years


def check(policy: Policy, bench: Bench) -> Iterator[Problem]:
    start, end = policy.in_force.valid_from, policy.in_force.valid_to
    years = [int(law.partition("/")[2]) for law in laws(policy.basis.en)]
    if years and policy.basis.confidence != "supervision" and start.year < min(years):
        yield policy.problem(
            NAME,
            ("in_force", "from"),
            f"it begins in {start.year}, before the oldest law that its basis names ({min(years)})",
            "name the law that held before, or write the day on which this one came into force",
        )
    if start.year > bench.today.year + AHEAD:
        yield doubted(
            policy.problem(
                NAME,
                ("in_force", "from"),
                f"it begins only in {start.year}",
                "write the day on which it comes into force",
            )
        )
    if end is not None and end <= bench.today:
        yield told(
            policy.problem(
                NAME,
                ("in_force", "to"),
                f"it ended on {end}: its rule can fire on late data alone",
                "keep it for backtests, or delete the file",
            )
        )
