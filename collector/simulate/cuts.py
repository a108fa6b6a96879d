"""Outages: who loses the line, from when to when, the same at each run."""

from __future__ import annotations

import math
import re
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector.simulate.seeded import chosen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from collector.simulate.pc import SimulatedPC

_FORM = re.compile(r"([0-9.]+)@([0-9.]+)-([0-9.]+)(/pcs)?")


@dataclass(frozen=True)
class Cut:
    """Between two moments (seconds since the start) a share of the venues, or of the PCs, has no connection.

    Nobody says goodbye. Half of them lose the line as when a process is killed: the broker sees the
    connection break. The other half as when a cable is pulled: the broker hears nothing at all.
    """

    share: float
    start: float
    end: float
    pcs: bool = False


class Outages:
    """The cuts of a fleet, in order of time (seconds since its start)."""

    def __init__(self, cuts: Sequence[Cut], seed: int) -> None:
        moments = [(cut.start, True, cut) for cut in cuts] + [(cut.end, False, cut) for cut in cuts]
        self._moments = deque(sorted(moments, key=lambda moment: moment[:2]))
        self._seed = seed

    def take(self, now: float) -> Iterator[tuple[Cut, bool]]:
        """What has come: a cut, and whether it begins."""
        while self._moments and self._moments[0][0] <= now:
            _, begins, cut = self._moments.popleft()
            yield cut, begins

    def next(self) -> float:
        return self._moments[0][0] if self._moments else math.inf

    def hit(self, cut: Cut, pc: SimulatedPC) -> bool:
        return chosen(cut.share, *self._about(cut, pc))

    def pulled(self, cut: Cut, pc: SimulatedPC) -> bool:
        """Whether the broker hears nothing, rather than that the connection breaks."""
        return chosen(0.5, "pulled", *self._about(cut, pc))

    def _about(self, cut: Cut, pc: SimulatedPC) -> tuple[object, ...]:
        return (self._seed, "cut", cut.start, cut.end, pc.venue.id, *([pc.name] if cut.pcs else []))


def parse(text: str) -> Cut:
    """`SHARE@FROM-TO`, of the venues, or `SHARE@FROM-TO/pcs`. ValueError says what to write."""
    match = _FORM.fullmatch(text)
    try:
        assert match is not None
        cut = Cut(float(match[1]), float(match[2]), float(match[3]), pcs=bool(match[4]))
    except (AssertionError, ValueError):
        cut = Cut(-1, 0, 0)
    if not (0 <= cut.share <= 1 and cut.start < cut.end):
        raise ValueError(
            f"{text!r} is no outage; write SHARE@FROM-TO, such as 0.3@60-180: 30 % of the venues, from the"
            " 60th to the 180th second; with /pcs behind it, 30 % of the PCs"
        )
    return cut
