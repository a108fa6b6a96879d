"""The loop that drives all PCs of a fleet: a heap of what is due, and one selector for all sockets."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING

from collector import wire
from collector.agent.delivery import Pace
from collector.agent.spool import Spool
from collector.simulate.agenda import Agenda
from collector.simulate.connection import Connection, Wires
from collector.simulate.crew import Crew
from collector.simulate.cuts import Cut, Outages
from collector.simulate.dialler import Dialler
from collector.simulate.files import make_room
from collector.simulate.lies import HONEST

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping, Sequence

    from collector.clock import Clock
    from collector.lineprotocol import Point
    from collector.simulate.pc import SimulatedPC, SimulatedVenue
    from collector.simulate.spool import Spooling
    from collector.simulate.tally import Tally

log = logging.getLogger(__name__)

RECONNECT = 1.0  # seconds, with jitter
RAMP = 200.0  # connections a second
CONNECT_WITHIN = 10.0  # seconds, from the first packet to the broker's welcome
_LONGEST_WAIT = 0.2  # seconds in which a stop is noticed
_MISC_EVERY = 15.0  # seconds: a quarter of the time after which a silent connection is asked for life


class Fleet:
    """Drives all PCs in the thread that calls `run`. `every` is the seconds between two messages of a PC.

    `looks`: the PCs look for listed sites, and see none. `journal` is told of each message as it is numbered:
    what a test holds against the database. `spool` makes a PC's; the default is the agent's own, in memory.
    `ramp` is how many connections a second are begun. `liars`: shares by kind of lie.
    """

    def __init__(
        self,
        venues: Sequence[SimulatedVenue],
        clock: Clock,
        *,
        seed: int,
        every: int = 30,
        pace: Pace | None = None,
        looks: bool = False,
        journal: Callable[[SimulatedPC, list[Point]], None] = lambda _pc, _points: None,
        spool: Callable[[], Spooling] = lambda: Spool(None),
        ramp: float = RAMP,
        liars: Mapping[str, float] | None = None,
        cuts: Sequence[Cut] = (),
    ) -> None:
        self.sampling = True
        self.settled_after: float | None = None  # seconds until all were connected for the first time
        self.acknowledged_before = 0  # messages, until then
        self.drained_after: float | None = None  # seconds until the honest ones' first backlog was stored
        crew = Crew(
            clock,
            seed=seed,
            every=every,
            pace=pace or Pace(),
            looks=looks,
            spool=spool,
            liars=liars or {},
            settled=lambda: self.settled_after is not None,
        )
        self.pcs = list(crew.muster(venues))
        self.tallies = crew.tallies
        self._seed = seed
        self._clock = clock
        self._journal = journal
        self._agenda: Agenda[SimulatedPC] = Agenda()
        self._dialler = Dialler(ramp)
        self._outages = Outages(cuts, seed)
        self._strangers = 0  # who have not yet been connected
        self._begun = 0.0
        self._was_sampling = True
        self._failing = False

    def numbered(self) -> dict[str, int]:
        """Stream -> highest number that its PC gave to a message."""
        return {pc.spool.stream: pc.spool.next_n - 1 for pc in self.pcs}

    def queued(self) -> int:
        """Messages that no ingest has acknowledged yet."""
        return sum(pc.spool.queued for pc in self.pcs)

    def wait_through(self, messages: int) -> None:
        """Before `run`: let every PC begin with the backlog of an outage."""
        for pc in self.pcs:
            pc.wait_through(messages)

    def is_hit(self, cut: Cut, pc: SimulatedPC) -> bool:
        """Whether the seed lets the outage fall on a PC."""
        return self._outages.hit(cut, pc)

    def count(self) -> dict[str, Tally]:
        """What was done so far, by the kind of lie; `none` is the honest ones."""
        for tally in self.tallies.values():
            tally.queued = tally.dropped = 0
        for pc in self.pcs:
            pc.tally.queued += pc.spool.queued
            pc.tally.dropped += pc.spool.dropped
        return dict(self.tallies)

    def run(self, stop: threading.Event) -> None:
        """Live until `stop`; then every PC says goodbye. ValueError where one process cannot hold so many."""
        make_room(len(self.pcs))
        wires = Wires()
        self._begin()
        try:
            while not stop.is_set():
                now = self._clock.monotonic()
                self._look(now)
                for pc in self._agenda.take(now):
                    self._turn(pc, now)
                for pc in self._dialler.take(now):
                    self._connect(pc, wires, now)
                wires.serve(self._idle(now))
        finally:
            for pc in self.pcs:
                pc.farewell()
            wires.close()

    def _begin(self) -> None:
        self._begun = now = self._clock.monotonic()
        self._strangers = len(self.pcs)
        for pc in self.pcs:
            pc.sample_at = now + pc.phase
            pc.connect_at = now
            self._agenda.call(pc, now)

    def _idle(self, now: float) -> float:
        """Seconds in which nothing is due."""
        wake = min(self._agenda.next(), self._dialler.next(now), self._begun + self._outages.next())
        return min(max(0.0, wake - now), _LONGEST_WAIT)

    def _look(self, now: float) -> None:
        """What concerns the fleet as a whole."""
        since = now - self._begun
        if self.settled_after is None and not self._strangers:
            self.settled_after = since
            self.acknowledged_before = sum(tally.acknowledged for tally in self.tallies.values())
        if self.drained_after is None and not self.tallies[HONEST.name].waiting:
            self.drained_after = since
        for cut, begins in self._outages.take(since):
            for pc in self.pcs:
                if self._outages.hit(cut, pc):
                    if begins:
                        self._cut(pc, cut)
                    else:
                        self._mend(pc, now)
        if self.sampling and not self._was_sampling:
            for pc in self.pcs:
                pc.sample_at = max(pc.sample_at, now)
                self._call(pc)
        self._was_sampling = self.sampling

    def _turn(self, pc: SimulatedPC, now: float) -> None:
        if self.sampling and now >= pc.sample_at:
            pc.sample_at += pc.every
            self._journal(pc, pc.sample())
        if now >= pc.connect_at:
            pc.connect_at = math.inf
            self._dialler.add(pc)
        connection = pc.connection
        if connection is not None and now >= pc.misc_at:
            pc.misc_at = now + _MISC_EVERY
            if connection.up:
                connection.misc()
            else:
                connection.close()
                self._down(pc, "the broker does not answer")
        if pc.connection is not None and pc.connection.up:
            for topic, payload in pc.payloads(now):
                pc.connection.publish(topic, payload)
        self._call(pc)

    def _call(self, pc: SimulatedPC) -> None:
        """Note when it must be looked at again, should nothing come from the broker before."""
        at = min(pc.connect_at, pc.delivery.wake(), pc.misc_at if pc.connection else math.inf)
        self._agenda.call(pc, min(at, pc.sample_at) if self.sampling else at)

    def _connect(self, pc: SimulatedPC, wires: Wires, now: float) -> None:
        if pc.cut or pc.connection:
            self._dialler.done(pc)
            return
        if pc.ghost is not None:
            pc.ghost.close()
            pc.ghost = None
        pc.misc_at = now + CONNECT_WITHIN
        try:
            pc.connection = Connection(
                pc, wires, on_up=self._up, on_down=self._down, on_answer=self._answered
            )
        except OSError as fault:
            self._down(pc, f"cannot connect: {fault}")
        self._call(pc)

    def _up(self, pc: SimulatedPC) -> None:
        now = self._clock.monotonic()
        self._dialler.done(pc)
        self._strangers -= not pc.known
        pc.known = pc.online = True
        pc.tally.connects += 1
        pc.tally.connected += 1
        pc.misc_at = now + _MISC_EVERY
        pc.delivery.connected(now)
        self._agenda.call(pc, now)
        if pc.lie is HONEST and self._failing:
            self._failing = False
            log.info("connected again")

    def _down(self, pc: SimulatedPC, why: str) -> None:
        if pc.lie is HONEST and not self._failing:
            self._failing = True
            log.warning("%s/%s: %s", pc.venue.id, pc.name, why)
        self._off(pc)
        pc.connect_at = self._clock.monotonic() + RECONNECT * pc.random.uniform(0.5, 1.5)
        self._agenda.call(pc, pc.connect_at)

    def _off(self, pc: SimulatedPC) -> None:
        self._dialler.done(pc)
        if pc.online:
            pc.online = False
            pc.tally.connected -= 1
            pc.tally.disconnects += 1
        pc.connection = None
        pc.metered.disconnected()
        pc.delivery.disconnected()

    def _cut(self, pc: SimulatedPC, cut: Cut) -> None:
        pc.cut += 1
        connection = pc.connection
        if connection is not None:
            if self._outages.pulled(cut, pc):
                connection.cut()
                pc.ghost = connection
            else:
                connection.close()
        self._off(pc)
        pc.connect_at = math.inf

    def _mend(self, pc: SimulatedPC, now: float) -> None:
        pc.cut -= 1
        if not pc.cut:
            pc.connect_at = now + RECONNECT * pc.random.uniform(0.5, 1.5)
            self._call(pc)

    def _answered(self, pc: SimulatedPC, payload: bytes) -> None:
        now = self._clock.monotonic()
        answer = wire.decode_answer(payload)
        if isinstance(answer, wire.Refusal):
            pc.tally.refusals += 1
            pc.delivery.refused(answer, now)
        else:
            pc.delivery.acked(answer, now)
        self._agenda.call(pc, now)
