"""Messages whose stamps cannot be true, by PC: what a wrong clock costs, for whoever can have it set right."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from collector import wire
from collector.clock import at_second, local
from collector.lineprotocol import Point

if TYPE_CHECKING:
    from collections.abc import Iterable

    from collector.ingest.pipeline import Dead
    from collector.roster import Roster

REASONS = frozenset({"future", "old"})


class Misdated:
    """Counted between two asks. Only registered PCs come as far as having their stamps read: names are bounded."""

    def __init__(self, worker: str) -> None:
        self._worker = worker
        self._counts: Counter[tuple[str, str, str]] = Counter()  # venue, pc, reason

    def add(self, refused: Iterable[Dead]) -> None:
        """What the pipeline refused of one payload."""
        for dead in refused:
            if dead.reason in REASONS:
                venue, pc, _ = wire.parse_topic(dead.topic)
                self._counts[venue, pc, dead.reason] += 1

    def points(self, roster: Roster, epoch: int) -> list[Point]:
        """What came since it was last asked, stamped with the arrival: its own time is what cannot be true."""
        counts, self._counts = self._counts, Counter()
        day = local(at_second(epoch)).date()
        points = []
        for (name, pc, reason), messages in sorted(counts.items()):
            span = roster.span_of(name, day)
            if span is None:
                continue
            tags = {"venue": name, "pc": pc, "place": span.place, "class": span.klass}
            own = {**tags, "worker": self._worker, "reason": reason}
            points.append(Point("misdated", own, {"messages": messages}, epoch))
        return points
