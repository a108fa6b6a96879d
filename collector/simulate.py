"""A fleet of PCs from a seed, speaking the real protocol over a real broker, in one thread.

Each PC has the agent's own spool and delivery; only what its sensors see is invented.
"""

from __future__ import annotations

import contextlib
import logging
import math
import selectors
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from collector import lineprotocol, wire
from collector.agent.delivery import Delivery, Pace
from collector.agent.link import KEEPALIVE, Endpoint, make_client, tls_context
from collector.agent.spool import Spool
from collector.clock import TrustedClock
from collector.lineprotocol import Point

if TYPE_CHECKING:
    import ssl
    import threading
    from collections.abc import Callable, Sequence

    import paho.mqtt.client as mqtt

    from collector.clock import Clock

log = logging.getLogger(__name__)

RECONNECT = 1.0  # seconds, with jitter
_TICK = 0.2  # seconds between looks at what is due
GAMES = ("league-of-legends", "fc-online", "valorant", "cs2", "crossfire")


_NO_HITS = (
    Point("sites", {"category": "none", "grade": "none", "slot": "0"}, {"lookups": 0, "accesses": 0}),
    Point("blind", {"reason": "none"}, {"blind": 0, "detail": ""}),
)


@dataclass(frozen=True)
class Habits:
    """How a PC's guests behave: the share of PCs in use, and of those the share that plays."""

    in_use: float
    plays: float


@dataclass(frozen=True)
class SimulatedVenue:
    id: str
    pcs: tuple[str, ...]
    endpoint: Endpoint
    habits: Habits


@dataclass
class Guest:
    """What a PC's sensors would see: a pure walk from a seed."""

    random: Random
    habits: Habits
    looks: bool = False  # for listed sites, and sees none
    game: str | None = None
    active: bool = False
    _until: float = -math.inf

    def step(self, now: float) -> None:
        """Move on to a monotonic moment."""
        if now < self._until:
            return
        self.active = self.random.random() < self.habits.in_use
        plays = self.active and self.random.random() < self.habits.plays
        self.game = self.random.choice(GAMES) if plays else None
        self._until = now + self.random.uniform(600, 5400)

    def points(self, seconds: int) -> list[Point]:
        """A sample that covers the last `seconds`."""
        busy = 1.0 if self.game else 0.35 if self.active else 0.05
        vary = self.random.uniform
        state, active = ("active", seconds) if self.active else ("idle", 0)
        idle = self.random.randint(0, 20) if self.active else self.random.randint(300, 7200)
        play = seconds if self.game else 0
        return [
            Point(
                "host",
                {},
                {
                    "cpu": round(70 * busy * vary(0.5, 1.3), 1),
                    "memory": round(30 + 45 * busy * vary(0.8, 1.2), 1),
                    "disk": 61.5,
                    "sent": int(40_000 * busy * vary(0.5, 2) * seconds),
                    "received": int(250_000 * busy * vary(0.5, 2) * seconds),
                    "uptime": 3600,
                },
            ),
            Point("games", {"game": self.game or "none"}, {"play": play, "processes": int(bool(self.game))}),
            Point("session", {}, {"state": state, "idle": idle, "active": active}),
            *(_NO_HITS if self.looks else ()),
        ]


@dataclass
class SimulatedPC:
    venue: SimulatedVenue
    name: str
    guest: Guest
    clock: Clock
    random: Random
    pace: Pace
    spool: Spool = field(default_factory=lambda: Spool(None))
    sample_at: float = 0.0
    connect_at: float = 0.0
    client: mqtt.Client | None = None
    pace_seconds: int = 30

    def __post_init__(self) -> None:
        self.trusted = TrustedClock()
        self.delivery = Delivery(self.spool, self.trusted, self.clock.instant().boot, self.random, self.pace)

    def sample(self, now: float) -> list[Point]:
        """Number a message and keep it in the spool; the points that it holds."""
        self.guest.step(now)
        own = Point(
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
        points = [own, *self.guest.points(self.pace_seconds)]
        self.spool.append([lineprotocol.encode(point) for point in points], self.clock.instant())
        return points


class Fleet:
    """Drives all PCs with one selector. `every` is the seconds between two messages of a PC.

    `looks`: the PCs look for listed sites, and see none. `journal` is told of each message as it is numbered: what a test holds against the database.
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
    ) -> None:
        random = Random(seed)
        now = clock.monotonic()
        self._clock = clock
        self._random = random
        self._every = every
        self._journal = journal
        self._selector = selectors.DefaultSelector()
        self._contexts: dict[Endpoint, ssl.SSLContext] = {}
        self.sampling = True
        self.pcs = [
            SimulatedPC(
                venue,
                pc,
                Guest(Random(random.random()), venue.habits, looks),
                clock,
                Random(random.random()),
                pace or Pace(),
                sample_at=now + random.uniform(0, every),
                connect_at=now + random.uniform(0, 1),
                pace_seconds=every,
            )
            for venue in venues
            for pc in venue.pcs
        ]

    def numbered(self) -> dict[str, int]:
        """Stream -> highest number that its PC gave to a message."""
        return {pc.spool.stream: pc.spool.next_n - 1 for pc in self.pcs}

    def queued(self) -> int:
        """Messages that no ingest has acknowledged yet."""
        return sum(pc.spool.queued for pc in self.pcs)

    def run(self, stop: threading.Event) -> None:
        """Live until `stop`; then every PC says goodbye."""
        misc_at = -math.inf
        try:
            while not stop.is_set():
                now = self._clock.monotonic()
                for pc in self.pcs:
                    self._turn(pc, now)
                if now >= misc_at:
                    misc_at = now + 1.0
                    for pc in self.pcs:
                        if pc.client is not None:
                            pc.client.loop_misc()
                self._wait(_TICK)
        finally:
            for pc in self.pcs:
                self._goodbye(pc)
            self._selector.close()

    def _turn(self, pc: SimulatedPC, now: float) -> None:
        if self.sampling and now >= pc.sample_at:
            pc.sample_at += self._every
            self._journal(pc, pc.sample(now))
        if pc.client is None:
            if now >= pc.connect_at:
                self._connect(pc)
            return
        while pc.client is not None and (payload := pc.delivery.poll(now)) is not None:
            pc.client.publish(wire.topic(pc.venue.id, pc.name, "data"), payload, qos=1)

    def _wait(self, seconds: float) -> None:
        for pc in self.pcs:
            sock: Any = None if pc.client is None else pc.client.socket()
            if pc.client is not None and sock is not None:
                write = selectors.EVENT_WRITE if pc.client.want_write() else 0
                with contextlib.suppress(KeyError, ValueError):
                    self._selector.modify(sock, selectors.EVENT_READ | write, pc)
        for key, events in self._selector.select(seconds):
            client = key.data.client
            if client is None:
                continue
            if events & selectors.EVENT_READ:
                client.loop_read()
                # TLS may have decrypted more than one packet: the socket will not announce them again.
                while key.data.client is client and _pending(client):
                    client.loop_read()
            if events & selectors.EVENT_WRITE and key.data.client is client:
                client.loop_write()

    def _connect(self, pc: SimulatedPC) -> None:
        endpoint = pc.venue.endpoint
        context = self._contexts.setdefault(endpoint, tls_context(endpoint))
        client = make_client(pc.spool.stream, endpoint, context)
        client.user_data_set(pc)
        client.will_set(
            wire.topic(pc.venue.id, pc.name, "status"), wire.encode_status(wire.LOST), qos=1, retain=True
        )
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_disconnect = self._on_disconnect
        client.on_socket_close = self._on_socket_close
        try:
            client.connect(endpoint.host, endpoint.port, KEEPALIVE, clean_start=True)
        except OSError as fault:
            log.debug("%s/%s: %s", pc.venue.id, pc.name, fault)
            self._later(pc)
            return
        pc.client = client
        sock: Any = client.socket()
        self._selector.register(sock, selectors.EVENT_READ, pc)

    def _goodbye(self, pc: SimulatedPC) -> None:
        client, pc.client = pc.client, None
        if client is not None and client.is_connected():
            topic = wire.topic(pc.venue.id, pc.name, "status")
            client.publish(topic, wire.encode_status(wire.CLOSING), qos=1, retain=True)
            client.disconnect()
        if client is not None:
            client.on_disconnect = None
            client.loop_write()
        pc.spool.close()

    def _later(self, pc: SimulatedPC) -> None:
        pc.client = None
        pc.connect_at = self._clock.monotonic() + RECONNECT * self._random.uniform(0.5, 1.5)

    def _on_connect(
        self, client: mqtt.Client, pc: SimulatedPC, _flags: Any, code: Any, _properties: Any
    ) -> None:
        if code.is_failure:
            log.warning("%s/%s refused: %s", pc.venue.id, pc.name, code)
            client.disconnect()
        else:
            client.subscribe(wire.topic(pc.venue.id, pc.name, "ack"), qos=0)

    def _on_subscribe(
        self, client: mqtt.Client, pc: SimulatedPC, _mid: int, _codes: Any, _properties: Any
    ) -> None:
        topic = wire.topic(pc.venue.id, pc.name, "status")
        client.publish(topic, wire.encode_status(wire.ONLINE), qos=1, retain=True)
        pc.delivery.connected(self._clock.monotonic())

    def _on_message(self, _client: mqtt.Client, pc: SimulatedPC, message: mqtt.MQTTMessage) -> None:
        pc.delivery.acked(wire.decode_ack(bytes(message.payload)), self._clock.monotonic())

    def _on_disconnect(
        self, _client: mqtt.Client, pc: SimulatedPC, _flags: Any, _code: Any, _properties: Any
    ) -> None:
        pc.delivery.disconnected()
        self._later(pc)

    def _on_socket_close(self, _client: mqtt.Client, _pc: SimulatedPC, sock: Any) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(sock)


def _pending(client: mqtt.Client) -> bool:
    sock: Any = client.socket()
    return sock is not None and bool(sock.pending())
