"""A batch where it belongs: what is late told, lines in the database, what was refused among the dead letters."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from collector.ingest.late import LATE_AFTER
from collector.ingest.pipeline import Dead

if TYPE_CHECKING:
    from collector.clock import Clock
    from collector.ingest.batch import Batch
    from collector.ingest.deadletter import DeadLetters
    from collector.ingest.late import Finding, Lateness
    from collector.ingest.writer import Writer

log = logging.getLogger(__name__)

# Seconds after which a batch is given up, so that what comes in time and is stored late is sent again, and told
# as late: after LATE_AFTER no other rule would see it.
STALE = LATE_AFTER / 2


class Store:
    """Several threads may use one at a time."""

    def __init__(self, writer: Writer, lateness: Lateness, dead_letters: DeadLetters, clock: Clock) -> None:
        self._writer = writer
        self._lateness = lateness
        self._dead_letters = dead_letters
        self._clock = clock

    def put(self, batch: Batch) -> list[Dead] | None:
        """Everything of a batch where it belongs; what the database refused comes back, buried like the rest.

        What is late is told first: a crash between the two tells it again at the same time, and never loses it.
        None where nobody knows what is stored: nothing may be acknowledged, and the agents send it again.
        """
        until = batch.born + STALE
        if self._clock.monotonic() >= until:
            return None
        untold = self._writer.patiently(lambda: self._tell(batch.late), until) if batch.late else []
        if untold is None:
            return None
        refused = self._writer.patiently(lambda: self._writer.write(batch.lines), until)
        if refused is None:
            return None
        by_database = [Dead("database", why, "", line.encode()) for line, why in [*untold, *refused]]
        try:
            self._dead_letters.add([*batch.refused, *by_database])
        except OSError as fault:
            log.warning("dead letters cannot be written: %s", fault)
            return None
        return by_database

    def _tell(self, late: list[Finding]) -> list[tuple[str, str]]:
        """Asked anew at each try, so that what is told is stamped when the database takes it."""
        now = int(self._clock.wall().timestamp() * 1000)
        return self._writer.write(self._lateness.lines(late, now), "ms")
