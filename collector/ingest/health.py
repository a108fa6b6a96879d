"""What an ingest process says of itself: its books, what it refused and why, its memory and processor.

In a write of their own that is given up where the database does not take it: an entry that came later would
vouch for a time in which nothing was stored. The counts go on from the start, so the next entry holds it all.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from collector import lineprotocol
from collector.influx import Refused, Unavailable
from collector.lineprotocol import Point

if TYPE_CHECKING:
    from collections import Counter
    from concurrent.futures import Future, ThreadPoolExecutor

    from collector.influx import Influx
    from collector.ingest.ledger import Ledger
    from collector.vitals import Vitals

log = logging.getLogger(__name__)

EVERY = 10.0  # seconds


def lines(ledger: Ledger, refused: Counter[str], epoch: int) -> list[str]:
    """The measurements `ledger` and `refused` at a moment in epoch seconds."""
    points = [ledger.point(epoch)]
    points += [
        Point("refused", {"worker": ledger.worker, "reason": reason}, {"count": count}, epoch)
        for reason, count in sorted(refused.items())
    ]
    return [lineprotocol.encode(point) for point in points]


class Health:
    """Writes in the background, one write at a time."""

    def __init__(self, influx: Influx, pool: ThreadPoolExecutor, vitals: Vitals | None) -> None:
        self._influx = influx
        self._pool = pool
        self._vitals = vitals
        self._writing: Future[None] | None = None

    def say(self, texts: list[str]) -> None:
        if self._writing is None or self._writing.done():
            own = [] if self._vitals is None else self._vitals.lines()
            self._writing = self._pool.submit(self._write, [*texts, *own])

    def _write(self, texts: list[str]) -> None:
        try:
            self._influx.write(texts)
        except Unavailable:
            return  # the writers say so, once
        except Refused as fault:
            log.warning("InfluxDB refuses the books: %s", fault)
