"""policy/places: the places that a policy binds stand in the site's places.csv, on its days."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from alerts.bench import overlap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.bench import Bench
    from alerts.policy import Policy
    from collector.problem import Problem

NAME = "policy/places"


def check(policy: Policy, bench: Bench) -> Iterator[Problem]:
    """Codes were reused on 2025-07-01: one that names another place on the policy's days is no help."""
    if bench.places is None:
        return
    days = policy.in_force.valid_from, policy.in_force.valid_to
    for i, code in enumerate(policy.places):
        if code not in bench.places:
            close = difflib.get_close_matches(code, bench.places, 1)
            near = f", perhaps {close[0]}" if close else ""
            yield policy.problem(
                NAME, ("places", i), f"no place has the code {code!r}", f"write a code of places.csv{near}"
            )
        elif not any(overlap(days, span) for span in bench.places[code]):
            yield policy.problem(
                NAME,
                ("places", i),
                f"{code!r} names no place on the days of this policy",
                "see `valid_from` and `valid_to` in places.csv: codes were reused",
            )
    if policy.places and "place" not in policy.flags.tags:
        yield policy.problem(
            NAME,
            ("places",),
            f"a rule on each {policy.flags.by} cannot be bound to places",
            "remove `places`, or write `by: pc`, `by: venue` or `by: place`",
        )
