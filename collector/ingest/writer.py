"""Lines into InfluxDB: patient with an unreachable database, exact about a line that it refuses."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from collector.influx import Refused, Unavailable

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence

    from collector.influx import Influx

log = logging.getLogger(__name__)

RETRY_FIRST, RETRY_LONGEST = 0.2, 10.0  # seconds


class Writer:
    """`errors` counts failed writes."""

    def __init__(self, influx: Influx, stop: threading.Event) -> None:
        self._influx = influx
        self._stop = stop
        self.errors = 0

    def write(self, lines: Sequence[str]) -> list[tuple[str, str]] | None:
        """Store lines; those that the database refuses come back with its words.

        Waits as long as the database cannot be reached. None where `stop` came first: then nobody
        knows what is stored, nothing may be acknowledged, and the agents send it again.
        """
        wait = RETRY_FIRST
        while True:
            try:
                refused = self._exactly(lines)
            except Unavailable as fault:
                self.errors += 1
                if wait == RETRY_FIRST:
                    log.warning("InfluxDB does not take data: %s", fault)
                if self._stop.wait(wait):
                    return None
                wait = min(wait * 2, RETRY_LONGEST)
            else:
                if wait != RETRY_FIRST:
                    log.info("InfluxDB takes data again")
                return refused

    def _exactly(self, lines: Sequence[str]) -> list[tuple[str, str]]:
        if not lines:
            return []
        try:
            self._influx.write(lines)
        except Refused as fault:
            # A refusal says neither which line is meant nor what else was stored: halves find it,
            # and what is written twice overwrites itself.
            self.errors += 1
            if len(lines) == 1:
                return [(lines[0], str(fault))]
            half = len(lines) // 2
            return self._exactly(lines[:half]) + self._exactly(lines[half:])
        return []
