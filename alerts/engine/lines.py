"""Points of violations: kept in order until the database has them."""

from __future__ import annotations

import logging
from collections import deque
from typing import TYPE_CHECKING

from collector.influx import Refused, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from collector.influx import Influx

log = logging.getLogger(__name__)

MOST = 50_000
BATCH = 5000


class Lines:
    """Points in order; they carry their time, so that a late write says the same."""

    def __init__(self, influx: Influx, waiting: Iterable[str] = ()) -> None:
        self._influx = influx
        self.waiting = deque(waiting)
        self._failing = False
        self.dropped = 0

    def put(self, line: str) -> None:
        self.waiting.append(line)
        if len(self.waiting) > MOST:
            self.waiting.popleft()
            self._drop(1, "too many wait")

    def flush(self) -> None:
        while self.waiting:
            batch = [self.waiting[i] for i in range(min(BATCH, len(self.waiting)))]
            try:
                self._influx.write(batch)
            except Unavailable as fault:
                if not self._failing:
                    log.warning("violations cannot be written, they are kept: %s", fault)
                self._failing = True
                return
            except Refused as fault:
                self._drop(len(batch), str(fault))
            for _ in batch:
                self.waiting.popleft()
            if self._failing:
                log.info("violations are written again")
            self._failing = False

    def _drop(self, count: int, reason: str) -> None:
        self.dropped += count
        log.error("points of violations are lost: %d (%d so far): %s", count, self.dropped, reason)
