"""The judges in one table, in the order of what to mend first, and their common verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.agent.blindness import builtin, capture, doh, dot, ech, policy, vpn
from collector.agent.blindness.evidence import Blindness

if TYPE_CHECKING:
    from collector.agent.blindness.evidence import Evidence, Wanted

# Each reason, and in how many samples on end it must hold before it is said: where one look can lie, two.
REASONS: dict[str, int] = {
    capture.NO_PERMISSION: 1,
    capture.STOPPED: 2,
    capture.LOST: 1,
    doh.REASON: 2,
    dot.REASON: 2,
    vpn.REASON: 2,
    builtin.REASON: 2,
    ech.REASON: 2,
    policy.REASON: 1,
}
LONGEST = 64  # characters of a detail, as the schema bounds it

_JUDGES = (capture.judge, doh.judge, dot.judge, vpn.judge, builtin.judge, ech.judge)


def judge(evidence: Evidence, wanted: Wanted) -> tuple[Blindness, ...]:
    """Every reason that this one picture shows, in the order of REASONS."""
    found = [verdict for judge in _JUDGES for verdict in judge(evidence)]
    found += policy.judge(evidence, wanted)
    order = list(REASONS)
    return tuple(
        Blindness(verdict.reason, verdict.detail[:LONGEST])
        for verdict in sorted(found, key=lambda verdict: order.index(verdict.reason))
    )
