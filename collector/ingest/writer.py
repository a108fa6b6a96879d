"""Lines into InfluxDB: patient with an unreachable database, exact about a line that it refuses."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Literal, TypeVar

from collector.influx import Refused, Unavailable

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence

    from collector.clock import Clock
    from collector.influx import Influx

log = logging.getLogger(__name__)

RETRY_FIRST, RETRY_LONGEST = 0.2, 10.0  # seconds

_Answer = TypeVar("_Answer")


class Writer:
    """Several threads may use one at a time. `errors` counts failed requests."""

    def __init__(self, influx: Influx, clock: Clock, stop: threading.Event) -> None:
        self._influx = influx
        self._clock = clock
        self._stop = stop
        self._failing = False
        self.errors = 0

    def patiently(self, ask: Callable[[], _Answer], until: float = math.inf) -> _Answer | None:
        """The answer to a question or a write while the database comes and goes.

        None where `stop` or the monotonic moment `until` came first.
        """
        wait = RETRY_FIRST
        while True:
            try:
                answer = ask()
            except Unavailable as fault:
                self.errors += 1
                if not self._failing:
                    log.warning("InfluxDB does not take data: %s", fault)
                self._failing = True
                wait = min(wait, max(0.0, until - self._clock.monotonic()))
                if self._stop.wait(wait) or self._clock.monotonic() >= until:
                    return None
                wait = min(max(wait, RETRY_FIRST) * 2, RETRY_LONGEST)
            else:
                if self._failing:
                    log.info("InfluxDB takes data again")
                self._failing = False
                return answer

    def write(self, lines: Sequence[str], precision: Literal["s", "ms"] = "s") -> list[tuple[str, str]]:
        """Store lines; those that the database refuses come back with its words. Unavailable where it is away."""
        if not lines:
            return []
        try:
            self._influx.write(lines, precision=precision)
        except Refused as fault:
            # A refusal says neither which line is meant nor what else was stored: halves find it,
            # and what is written twice overwrites itself.
            self.errors += 1
            if len(lines) == 1:
                return [(lines[0], str(fault))]
            half = len(lines) // 2
            return self.write(lines[:half], precision) + self.write(lines[half:], precision)
        return []
