"""policy/issuers: on each day one entry says which levels may issue a certificate."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from alerts.bench import doubted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.bench import Bench
    from alerts.policy import Policy
    from collector.problem import Problem

NAME = "policy/issuers"


def check(policy: Policy, bench: Bench) -> Iterator[Problem]:
    del bench
    for i, one in enumerate(policy.issuers):
        if one.valid_to is not None and one.valid_to <= one.valid_from:
            yield policy.problem(
                NAME,
                ("issuers", i, "to"),
                f"it ends on {one.valid_to}, but begins on {one.valid_from}",
                "`to` is the first day on which it holds no more",
            )
    for i, (one, two) in enumerate(pairwise(policy.issuers)):
        place = ("issuers", i + 1, "from")
        if one.valid_to is None or two.valid_from < one.valid_to:
            yield policy.problem(
                NAME,
                place,
                f"it begins on {two.valid_from}, while the entry before it still holds",
                f"put the entries in order, and end the one before with `to: {two.valid_from}`",
            )
        elif one.valid_to < two.valid_from:
            yield doubted(
                policy.problem(
                    NAME,
                    place,
                    f"nobody may issue anything from {one.valid_to} to {two.valid_from}",
                    f"write `from: {one.valid_to}`, or say in a comment why",
                )
            )
    if policy.issuers and policy.flags.field != "issuer_wrong":
        yield doubted(
            policy.problem(
                NAME,
                ("issuers",),
                "it says who may issue a certificate, but does not flag `issuer_wrong`",
                "write `flags: {measurement: register, field: issuer_wrong, by: venue}`",
            )
        )
