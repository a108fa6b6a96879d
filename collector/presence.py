"""Whether each registered PC is observed, and why not: one point a minute, so that absence is a signal."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from collector import influxql, lineprotocol, wire
from collector.clock import at_second, local
from collector.influx import Unavailable
from collector.ingest.consumer import server_client
from collector.lineprotocol import Point

if TYPE_CHECKING:
    from collections.abc import Iterator

    import paho.mqtt.client as mqtt

    from collector.clock import Clock
    from collector.deploy import Broker
    from collector.influx import Influx
    from collector.roster import Roster, RosterFile, Venue

log = logging.getLogger(__name__)

MINUTE = 60
EVERY = 60  # seconds between two verdicts
SILENT_AFTER = 120  # seconds without a message; four times an agent's interval
LEDGER_FRESH = 60  # seconds; older, and it is our own ingest that does not see
LOOK_BACK = "2d"  # beyond it a PC counts as never seen


@dataclass(frozen=True)
class Seen:
    """What is known of a PC: when its last message was stamped (epoch seconds), and its last status."""

    last: int | None
    status: str | None


@dataclass(frozen=True)
class Presence:
    """A verdict: state and cause as the schema lists them, and the age of the last message in seconds."""

    state: str
    cause: str
    age: int | None


def classify(seen: Seen, now: int, *, ingest_alive: bool) -> Presence:
    """The state of one PC at `now` (epoch seconds).

    1. A fresh message: online, whatever the broker says (a will may be older than the reconnection).
    2. Our own ingest is not at work: unknown, since it is we who do not see. Nobody is accused.
    3. Never seen: unknown.
    4. It said goodbye after its last message: closed.
    5. Otherwise silent: it was seen, is not now, and did not say goodbye.
    """
    age = None if seen.last is None else max(0, now - seen.last)
    if age is not None and age <= SILENT_AFTER and seen.status != wire.CLOSING:
        return Presence("online", "seen", age)
    if not ingest_alive:
        return Presence("unknown", "ingest_stalled", age)
    if age is None:
        return Presence("unknown", "never_seen", None)
    if seen.status == wire.CLOSING:
        return Presence("closed", "said_goodbye", age)
    return Presence("silent", "lost" if seen.status == wire.LOST else "no_message", age)


def points(
    roster: Roster, seen: dict[tuple[str, str], Seen], now: int, *, ingest_alive: bool
) -> Iterator[Point]:
    """One point for each PC that is registered on the local day of `now`, stamped with its whole minute.

    However often it is asked, a minute has one point a PC: boards and rules add them up.
    """
    stamp = now // MINUTE * MINUTE
    moment = at_second(now)
    nothing = Seen(None, None)
    for venue in roster.venues:
        span = venue.span_on(local(moment).date())
        if span is None:
            continue
        hours = _hours(venue, now)
        for pc in venue.pcs:
            verdict = classify(seen.get((venue.id, pc), nothing), now, ingest_alive=ingest_alive)
            fields: dict[str, lineprotocol.Value] = {
                "state": verdict.state,
                "cause": verdict.cause,
                "online": int(verdict.state == "online"),
                "hours": hours,
            }
            if verdict.age is not None:
                fields["seen"] = verdict.age
            tags = {"venue": venue.id, "pc": pc, "place": span.place, "class": span.klass}
            yield Point("presence", tags, fields, stamp)


class Presencer:
    """The process: listens to the agents' status, reads when each was last stored, and writes verdicts."""

    def __init__(
        self,
        *,
        broker: Broker,
        roster: RosterFile,
        influx: Influx,
        clock: Clock,
        stop: threading.Event,
        every: int = EVERY,
    ) -> None:
        self._roster = roster
        self._influx = influx
        self._clock = clock
        self._stop = stop
        self._every = every
        self._broker = broker
        self._lock = threading.Lock()
        self._status: dict[tuple[str, str], str] = {}
        self._failing = False
        self._client = server_client("quannet-presence", broker)
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message

    def run(self) -> None:
        """A verdict on each PC at each whole minute, until `stop`."""
        self._client.connect_async(self._broker.host, self._broker.port, keepalive=30, clean_start=True)
        self._client.loop_start()
        try:
            while not self._stop.wait(self._until_next()):
                self._once()
        finally:
            self._client.disconnect()
            self._client.loop_stop()

    def _until_next(self) -> float:
        return self._every - self._clock.wall().timestamp() % self._every

    def _once(self) -> None:
        now = int(self._clock.wall().timestamp())
        try:
            alive = self._ingest_alive(now)
            rows = points(self._roster.get(), self._seen(), now, ingest_alive=alive)
            self._influx.write([lineprotocol.encode(point) for point in rows])
        except Unavailable as fault:
            if not self._failing:
                log.warning("presence cannot be written: %s", fault)
            self._failing = True
            return
        if self._failing:
            log.info("presence is written again")
        self._failing = False

    def _seen(self) -> dict[tuple[str, str], Seen]:
        last = {
            (series.tags["venue"], series.tags["pc"]): int(series.column("time")[0] // 1000)
            for series in self._influx.query(influxql.last_messages(LOOK_BACK))
        }
        with self._lock:
            status = dict(self._status)
        return {key: Seen(last.get(key), status.get(key)) for key in last.keys() | status.keys()}

    def _ingest_alive(self, now: int) -> bool:
        entries = self._influx.query(influxql.last_ledger("1h"))
        newest = max((series.column("time")[0] // 1000 for series in entries), default=0)
        return bool(now - newest <= LEDGER_FRESH)

    def _on_connect(self, client: mqtt.Client, _data: Any, _flags: Any, code: Any, _properties: Any) -> None:
        if code.is_failure:
            log.warning("the broker refuses: %s", code)
            return
        with self._lock:
            self._status.clear()  # a broker that lost its memory knows no status; neither do we
        client.subscribe(wire.ALL_STATUS, qos=1)

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        try:
            venue, pc, _ = wire.parse_topic(message.topic)
            state = str(wire.decode_status(bytes(message.payload))["state"])
        except wire.WireError as fault:
            log.warning("a status that cannot be read: %s", fault)
            return
        with self._lock:
            self._status[venue, pc] = state


def _hours(venue: Venue, now: int) -> str:
    is_open = venue.is_open(at_second(now))
    return "no_rule" if is_open is None else "open" if is_open else "closed"
