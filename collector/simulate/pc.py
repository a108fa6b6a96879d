"""One simulated PC: the agent's own delivery over a spool, fed by what its guest does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector import lineprotocol, wire
from collector.agent.delivery import Delivery, Pace
from collector.clock import Instant, TrustedClock
from collector.lineprotocol import Point
from collector.simulate.lies import HONEST, Lie

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

    from collector.agent.link import Endpoint
    from collector.clock import Clock
    from collector.simulate.connection import Connection
    from collector.simulate.guest import Guest, Habits
    from collector.simulate.metered import Metered
    from collector.simulate.spool import Spooling
    from collector.simulate.tally import Tally


@dataclass(frozen=True)
class SimulatedVenue:
    id: str
    pcs: tuple[str, ...]
    endpoint: Endpoint
    habits: Habits


class SimulatedPC:
    """`every` is the seconds between two of its messages, `phase` when in them. `spool` is its own alone."""

    def __init__(
        self,
        venue: SimulatedVenue,
        name: str,
        *,
        guest: Guest,
        clock: Clock,
        random: Random,
        pace: Pace,
        spool: Spooling,
        metered: Metered,
        tally: Tally,
        every: int,
        lie: Lie = HONEST,
        another_venue: str = "",
    ) -> None:
        self.venue = venue
        self.name = name
        self.guest = guest
        self.clock = clock
        self.random = random
        self.spool = spool
        self.metered = metered
        self.tally = tally
        self.every = every
        self.lie = lie
        self.another_venue = another_venue
        self.delivery = Delivery(metered, TrustedClock(), clock.instant().boot, random, pace)
        self.data_topic = wire.topic(venue.id, name, "data")
        self.phase = random.uniform(0, every)
        self.sample_at = self.connect_at = self.misc_at = math.inf
        self.due = math.inf  # see Agenda
        self.connection: Connection | None = None  # or one that is being made
        self.online = False
        self.known = False  # was connected once
        self.cut = 0  # outages that it is in
        self.ghost: Connection | None = None  # of which the broker does not know that its line is dead
        lie.begin(self)

    @property
    def client_id(self) -> str:
        return self.spool.stream  # as the agent's: random, so that no other venue can take it over

    def see(self, seconds: float) -> list[Point]:
        """What its sensors saw in the last seconds."""
        self.guest.step(seconds)
        return self.guest.points(self.every)

    def sample(self) -> list[Point]:
        """Number a message and keep it in the spool; the points that it holds."""
        points = self.keep(self.see(self.every), self.clock.instant())
        self.delivery.stamp()
        return points

    def keep(self, seen: list[Point], at: Instant) -> list[Point]:
        points = [self._own(), *seen]
        lines = self.lie.lines(self, [lineprotocol.encode(point) for point in points])
        self.metered.append(lines, at)
        return points

    def wait_through(self, messages: int) -> None:
        """Number what an outage of so many messages, up to now, would have left in the spool."""
        now = self.clock.instant()
        for k in range(messages, 0, -1):
            ago = self.every * k - self.phase
            self.keep(self.see(self.every), Instant(now.boot, now.mono - ago, now.wall - ago))
        self.metered.waits_until = messages
        self.tally.waiting += messages

    def payloads(self, now: float) -> Iterable[tuple[str, bytes]]:
        """What is to be published now, with its topic."""
        while (payload := self.delivery.poll(now)) is not None:
            yield from self.lie.sends(self, payload)

    def farewell(self) -> None:
        """End it in order."""
        if self.connection is not None:
            self.connection.farewell()
        if self.ghost is not None:
            self.ghost.close()
        self.spool.close()

    def _own(self) -> Point:
        return Point(
            "agent",
            {},
            {
                "stream": self.spool.stream,
                "n": self.spool.next_n,
                "version": "simulated",
                "uptime": 1,
                "queued": self.spool.queued,
                "queued_bytes": self.spool.queued_bytes,
                "dropped": self.spool.dropped,
                "resent": self.delivery.resent,
                "errors": 0,
                "rss": 25_000_000,
                "cpu": 0.1,
            },
        )
