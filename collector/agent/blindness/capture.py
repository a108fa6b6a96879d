"""`no_permission`, `sensor_stopped`, `events_lost`: the capture itself does not see, or not all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.agent.blindness.evidence import Blindness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collector.agent.blindness.evidence import Evidence

NO_PERMISSION, STOPPED, LOST = "no_permission", "sensor_stopped", "events_lost"
BEARABLE = 0.001  # share of events; a loss below it is a matter of single packets


def judge(evidence: Evidence) -> Iterator[Blindness]:
    """Holds whether a browser runs or not: nobody can tell what else ran.

    Looks like it and is none: the first moments of an agent, in which the capture is not yet up.
    """
    view = evidence.view
    if not view.permitted:
        yield Blindness(NO_PERMISSION, view.complaint or "the system refuses the capture")
    elif not view.running:
        yield Blindness(STOPPED, view.complaint or "the capture does not run")
    total = evidence.events + evidence.lost
    if evidence.lost and evidence.lost > BEARABLE * total:
        yield Blindness(LOST, f"{evidence.lost} of {total} events")
