"""policy/cost: a rule reads little, since all of them are evaluated each minute over a whole province."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts import duration
from alerts.cadence import CADENCES, INSTEAD, PCS, SCANNED
from collector.schema import BY_NAME, IDENTITY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.bench import Bench
    from alerts.flags import Flags
    from alerts.policy import Policy
    from collector.problem import Problem

NAME = "policy/cost"
WEEK = 7 * 86_400
MOST_A_WEEK = 5.0  # seconds: a backtest of a week, all rules, has three minutes
MOST_AT_ONCE = 0.5  # seconds: an evaluation of all rules has three


def check(policy: Policy, bench: Bench) -> Iterator[Problem]:
    del bench
    yield from _cost(policy, policy.flags, "flags")
    if policy.meanwhile is not None:
        yield from _cost(policy, policy.meanwhile, "while")


def points(flags: Flags, seconds: float) -> float:
    """How many a query reads in a province: a tag narrows it, since it is an index; a condition on a field does not."""
    cadence = CADENCES.get(flags.measurement)
    measurement = BY_NAME.get(flags.measurement)
    if cadence is None or measurement is None:
        return 0
    narrowed = any(name in measurement.tag_names and name not in IDENTITY for name in flags.where)
    return 0 if narrowed else cadence.points(seconds)


def _cost(policy: Policy, flags: Flags, key: str) -> Iterator[Problem]:
    over = policy.threshold.over
    week, once = points(flags, WEEK) / SCANNED, points(flags, over.total_seconds()) / SCANNED
    why = (
        f"with {PCS:,} PCs, since InfluxDB scans {SCANNED / 1e6:g} million points a second, and a condition on a field"
        " spares it none"
    )
    if week > MOST_A_WEEK:
        yield policy.problem(
            NAME,
            (key, "measurement"),
            f"reads every point of {flags.measurement!r}: {week:.0f} s for a backtest of a week {why}",
            f"read {INSTEAD[flags.measurement]}",
        )
    elif once > MOST_AT_ONCE:
        yield policy.problem(
            NAME,
            ("threshold", "over"),
            f"reads {duration.show(over)} of {flags.measurement!r} at each evaluation: {once:.1f} s {why}",
            "shorten `over`, or narrow the query by a tag under `where`",
        )
