"""The process: listens to the agents' status, reads what is stored of each, and writes verdicts."""

from __future__ import annotations

import logging
from itertools import chain
from typing import TYPE_CHECKING

from collector import lineprotocol, wire
from collector.influx import Unavailable
from collector.presence.beside import Beside
from collector.presence.facts import USUAL
from collector.presence.points import points
from collector.presence.rounds import Rounds
from collector.presence.source import InfluxSource
from collector.presence.words import Words
from collector.subscriber import Subscriber
from collector.supervised import Supervised

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence
    from pathlib import Path

    from collector.clock import Clock
    from collector.deploy import Broker
    from collector.influx import Influx
    from collector.presence.facts import Times
    from collector.roster import RosterFile
    from collector.vitals import Vitals

log = logging.getLogger(__name__)

EVERY = 60  # seconds between two verdicts
BEAT = 5.0  # seconds between two signs of life
HEARS_AFTER = 10.0  # seconds: what the broker retains comes right behind the subscription


class Presencer:
    """Holds nothing worth saving: what it must remember stands in the points that it wrote."""

    def __init__(
        self,
        *,
        broker: Broker,
        roster: RosterFile,
        influx: Influx,
        clock: Clock,
        stop: threading.Event,
        every: int = EVERY,
        offers_list: bool = False,
        supervised: Supervised | None = None,
        vitals: Vitals | None = None,
        times: Times = USUAL,
        folders: Sequence[Path] = (),
    ) -> None:
        """`offers_list`: the site has a list of sites for its PCs, so that one that looks for none is blind.
        `folders` must not run full.
        """
        self._roster = roster
        self._influx = influx
        self._clock = clock
        self._stop = stop
        self._every = every
        self._supervised = supervised or Supervised(clock)
        self._vitals = vitals
        self._result = ""
        self._failing = False
        self._words = Words(clock)
        source = InfluxSource(influx, offers_list=offers_list)
        self._rounds = Rounds(source, times)
        self._beside = Beside(source.strangers, folders)
        self._up_at = clock.monotonic()
        self._link = Subscriber("quannet-presence", broker, wire.ALL_STATUS, self._words.told, self._up)

    def run(self) -> None:
        """A verdict on each PC at each whole minute, until `stop`."""
        self._link.start()
        done = self._turn()
        try:
            while not self._stop.wait(min(BEAT, self._until_next())):
                self._say_alive()
                if (turn := self._turn()) != done:
                    done = turn
                    self._once()
        finally:
            self._link.stop()

    def _say_alive(self) -> None:
        if self._link.subscribed:
            self._supervised.ready()
        self._supervised.alive(self._result if self._link.subscribed else "waiting for the broker")

    def _turn(self) -> int:
        """The number of the current interval between two verdicts."""
        return int(self._clock.wall().timestamp() // self._every)

    def _until_next(self) -> float:
        return self._every - self._clock.wall().timestamp() % self._every

    def _once(self) -> None:
        now = int(self._clock.wall().timestamp())
        try:
            roster = self._roster.get()
            verdicts = self._rounds.judge(roster, self._words.last(), now, hears=self._hears())
            rows = list(points(roster, verdicts, now))
            vitals = [] if self._vitals is None else self._vitals.lines()
            written = chain(rows, self._beside.points(roster, rows, now))
            self._influx.write([*map(lineprotocol.encode, written), *vitals])
            self._beside.written(roster, now)
        except Unavailable as fault:
            if not self._failing:
                log.warning("presence cannot be written: %s", fault)
            self._failing = True
            return
        observed = sum(point.fields["observed"] == 1 for point in rows)
        self._result = f"{len(rows)} PCs, {observed} observed"
        if self._failing:
            log.info("presence is written again")
        self._failing = False

    def _up(self) -> None:
        self._up_at = self._clock.monotonic()

    def _hears(self) -> bool:
        return self._link.subscribed and self._clock.monotonic() - self._up_at >= HEARS_AFTER
