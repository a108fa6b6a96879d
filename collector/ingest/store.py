"""A batch where it belongs: what is late told, lines in the database, what was refused among the dead letters."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from collector.ingest.pipeline import Dead

if TYPE_CHECKING:
    from collector.clock import Clock
    from collector.ingest.batch import Batch
    from collector.ingest.deadletter import DeadLetters
    from collector.ingest.late import Lateness
    from collector.ingest.writer import Writer

log = logging.getLogger(__name__)


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
        if batch.late:
            now = int(self._clock.wall().timestamp() * 1000)
            told = self._writer.patiently(lambda: self._lateness.lines(batch.late, now))
            if told is None or self._writer.write(told, "ms") is None:
                return None
        refused = self._writer.write(batch.lines)
        if refused is None:
            return None
        by_database = [Dead("database", why, "", line.encode()) for line, why in refused]
        try:
            self._dead_letters.add([*batch.refused, *by_database])
        except OSError as fault:
            log.warning("dead letters cannot be written: %s", fault)
            return None
        return by_database
