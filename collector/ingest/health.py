"""What an ingest process says of itself: its books, what it refused and why, its memory and processor.

In a write of their own that is given up where the database does not take it: an entry that came later would
vouch for a time in which nothing was stored. The counts go on from the start, so the next entry holds it all.
"""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING

from collector import lineprotocol
from collector.influx import Refused, Unavailable
from collector.lineprotocol import Point

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

    from collector.influx import Influx
    from collector.ingest.ledger import Ledger
    from collector.vitals import Vitals

log = logging.getLogger(__name__)

EVERY = 10.0  # seconds


def lines(ledger: Ledger, refused: Counter[str], said: Counter[str], epoch: int) -> list[str]:
    """The measurements `ledger` and `refused` at a moment in epoch seconds; `said` are the counts before."""
    points = [ledger.point(epoch)]
    for reason, count in sorted(refused.items()):
        counts: dict[str, lineprotocol.Value] = {"count": count, "fresh": count - said[reason]}
        points.append(Point("refused", {"worker": ledger.worker, "reason": reason}, counts, epoch))
    return [lineprotocol.encode(point) for point in points]


class Health:
    """Writes in the background, one write at a time. `said` are the refusals that the database was told of.

    Where nobody knows whether it took them they are told again: rather counted twice than not at all.
    """

    def __init__(self, influx: Influx, pool: ThreadPoolExecutor, vitals: Vitals | None) -> None:
        self._influx = influx
        self._pool = pool
        self._vitals = vitals
        self._writing: Future[None] | None = None
        self.said: Counter[str] = Counter()

    def say(self, ledger: Ledger, refused: Counter[str], epoch: int) -> None:
        if self._writing is None or self._writing.done():
            own = [] if self._vitals is None else self._vitals.lines()
            texts = [*lines(ledger, refused, self.said, epoch), *own]
            self._writing = self._pool.submit(self._write, texts, refused.copy())

    def _write(self, texts: list[str], refused: Counter[str]) -> None:
        try:
            self._influx.write(texts)
            self.said = refused
        except Unavailable:
            return  # the writers say so, once
        except Refused as fault:
            log.warning("InfluxDB refuses the books: %s", fault)
