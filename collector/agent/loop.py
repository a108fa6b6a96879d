"""The agent's main loop: sample what is due, keep it in the spool, deliver what the spool holds."""

from __future__ import annotations

import json
import logging
import math
import queue
import sqlite3
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psutil

from collector import lineprotocol
from collector.agent.link import Acked, Down, Event, Link, Manifest, Refused, Up

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path
    from random import Random

    from collector.agent.delivery import Delivery
    from collector.agent.health import Health
    from collector.agent.sensors import Sensor
    from collector.agent.spool import Spool
    from collector.clock import Clock, Instant
    from collector.wire import Offer

log = logging.getLogger(__name__)

RECONNECT_FIRST, RECONNECT_LONGEST = 1.0, 120.0  # seconds
STATUS_FILE = "status.json"
FLUSH_WITHIN = 3.0  # seconds that a PC's shutdown waits for us
_LONGEST_WAIT = 5.0  # seconds in which a stop is noticed


@dataclass
class Schedule:
    """When each sensor is due; sensors of one moment share one message, at most one message a second."""

    sensors: tuple[Sensor, ...]
    _due: dict[str, float] = field(default_factory=dict)

    def take(self, now: float) -> list[Sensor]:
        """The sensors due at a monotonic moment, each due again one interval later."""
        due = [sensor for sensor in self.sensors if self._due.get(sensor.name, now) <= now]
        for sensor in due:
            # After a long sleep of the machine one sample is enough: missed ones are not made up.
            self._due[sensor.name] = max(self._due.get(sensor.name, now) + sensor.every, now + 1.0)
        return due

    def next(self) -> float:
        return min(self._due.values(), default=math.inf)


def sample(sensors: Iterable[Sensor], now: Instant, faults: dict[str, Exception]) -> list[lineprotocol.Point]:
    """What the sensors see. One that fails goes into `faults` by its name; the others go on."""
    points: list[lineprotocol.Point] = []
    for sensor in sensors:
        try:
            points += sensor.sample(now)
        except (OSError, psutil.Error) as fault:
            faults[sensor.name] = fault
    return points


class Agent:
    """Runs until told to stop. Faults of the world are counted, said once, and outlived."""

    def __init__(
        self,
        *,
        sensors: tuple[Sensor, ...],
        spool: Spool,
        delivery: Delivery,
        link: Link,
        events: queue.Queue[Event],
        health: Health,
        clock: Clock,
        random: Random,
        state: Path | None,
        on_offers: Callable[[Mapping[str, Offer]], None] = lambda _offers: None,
    ) -> None:
        self._schedule = Schedule(sensors)
        self._spool = spool
        self._delivery = delivery
        self._link = link
        self._events = events
        self._health = health
        self._clock = clock
        self._random = random
        self._state = state
        self._on_offers = on_offers
        self._reconnect_at = -math.inf
        self._reconnect_wait = RECONNECT_FIRST
        self._failing: set[str] = set()  # what was already said to fail
        self._errors = 0
        self._lost = 0  # messages that the disk refused
        self._refusal = ""  # the server's words, until it takes something again

    def run(self, stop: threading.Event) -> None:
        """Sample and deliver until `stop`; then deliver what is left, and say goodbye to the broker."""
        try:
            while not stop.is_set():
                self.step()
            self._schedule = Schedule(())
            deadline = self._clock.monotonic() + FLUSH_WITHIN
            while self._spool.queued and self._clock.monotonic() < deadline:
                self.step(deadline)
            self._write_state()
        finally:
            self._link.close(farewell=True)
            self._spool.close()

    def step(self, until: float = math.inf) -> None:
        """One turn: wait for the next thing due or the next event, at most until then, and do it."""
        now = self._clock.monotonic()
        if now >= self._reconnect_at:
            self._reconnect_at = math.inf
            self._link.open()
        due = self._schedule.take(now)
        if due:
            self._sample(due)
        self._send()
        wake = min(self._schedule.next(), self._delivery.wake(), self._reconnect_at, until)
        wait = min(max(0.0, wake - self._clock.monotonic()), _LONGEST_WAIT)
        try:
            event = self._events.get(timeout=wait)
        except queue.Empty:
            return
        self._handle(event)

    def _sample(self, due: list[Sensor]) -> None:
        faults: dict[str, Exception] = {}
        now = self._clock.instant()
        points = sample(due, now, faults)
        self._errors += len(faults)
        for sensor in due:
            if sensor.name in faults:
                self._fails(f"sensor {sensor.name}", faults[sensor.name])
            else:
                self._recovered(f"sensor {sensor.name}")
        self._keep(points, now)

    def _keep(self, points: list[lineprotocol.Point], at: Instant) -> None:
        own = self._health.point(
            stream=self._spool.stream,
            n=self._spool.next_n,
            queued=self._spool.queued,
            queued_bytes=self._spool.queued_bytes,
            dropped=self._spool.dropped + self._lost,
            resent=self._delivery.resent,
            errors=self._errors,
        )
        try:
            self._spool.append([lineprotocol.encode(point) for point in (own, *points)], at)
            self._recovered("spool")
        except sqlite3.Error as fault:
            self._lost += 1
            self._fails("spool", fault)
        self._write_state()

    def _send(self) -> None:
        try:
            self._delivery.stamp()
            while (payload := self._delivery.poll(self._clock.monotonic())) is not None:
                self._link.publish(payload)
        except sqlite3.Error as fault:  # stamping writes; what could not be stamped is tried again
            self._fails("spool", fault)

    def _handle(self, event: Event) -> None:
        match event:
            case Up():
                self._reconnect_wait = RECONNECT_FIRST
                self._recovered("broker")
                self._delivery.connected(self._clock.monotonic())
            case Down(reason):
                self._delivery.disconnected()
                self._fails("broker", reason)
                if self._reconnect_at < math.inf:
                    return  # the same end, told twice
                # A jitter as wide as the wait: a broker's restart must not bring all PCs at once.
                self._reconnect_at = self._clock.monotonic() + self._reconnect_wait * self._random.uniform(
                    0.5, 1.5
                )
                self._reconnect_wait = min(self._reconnect_wait * 2, RECONNECT_LONGEST)
            case Manifest(offers):
                self._on_offers(offers)
            case Acked(ack, received):
                try:
                    if self._delivery.acked(ack, received):
                        self._refusal = ""
                        self._recovered("server")
                except sqlite3.Error as fault:  # it stays in the spool and is sent again
                    self._fails("spool", fault)
            case Refused(refusal):
                if self._delivery.refused(refusal, self._clock.monotonic()):
                    self._refusal = f"{refusal.reason}: {refusal.words}"
                    self._fails("server", f"it refuses what we send: {self._refusal}")
                    self._write_state()

    def _fails(self, what: str, fault: object) -> None:
        if what not in self._failing:
            self._failing.add(what)
            log.warning("%s fails: %s", what, fault)

    def _recovered(self, what: str) -> None:
        if what in self._failing:
            self._failing.discard(what)
            log.info("%s works again", what)

    def _write_state(self) -> None:
        """What `quannet-agent status` shows; the spool itself is ours alone while we run."""
        if self._state is None:
            return
        state = {
            "stream": self._spool.stream,
            "numbered": self._spool.next_n - 1,
            "queued": self._spool.queued,
            "dropped": self._spool.dropped + self._lost,
            "failing": sorted(self._failing),
            "refused": self._refusal,
            "at": self._clock.wall().isoformat(timespec="seconds"),
        }
        beside = self._state.with_suffix(".new")
        try:
            beside.write_text(json.dumps(state, indent=1), "utf-8")
            beside.replace(self._state)
        except OSError as fault:
            self._fails("status file", fault)
