"""Whether each registered PC is observed, and why not: one point a minute, so that absence is a signal."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector import influxql, lineprotocol, wire
from collector.agent.blindness.judges import REASONS
from collector.clock import at_second, local
from collector.influx import Unavailable
from collector.lineprotocol import Point
from collector.subscriber import Subscriber
from collector.supervised import Supervised

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from collector.clock import Clock
    from collector.deploy import Broker
    from collector.influx import Influx, Series
    from collector.roster import Roster, RosterFile, Venue
    from collector.vitals import Vitals

log = logging.getLogger(__name__)

MINUTE = 60
EVERY = 60  # seconds between two verdicts
BEAT = 5.0  # seconds between two signs of life
GOODBYE_SLACK = 5  # seconds: the last message may be stamped a little after the goodbye that it preceded
SILENT_AFTER = 120  # seconds without a message; four times an agent's interval
LEDGER_FRESH = 60  # seconds; older, and it is our own ingest that does not see
_CAUSE = 32  # characters, as the schema bounds it
NOT_LOOKING = "not_looking"  # has no list in force, though the site offers one, or no sensor for it
LOOK_BACK = "2d"  # beyond it a PC counts as never seen


@dataclass(frozen=True)
class Seen:
    """What is known of a PC: when its last message was stamped (epoch seconds), its last status and when that
    came, and why its last sample of `blind` said that it may miss names; empty where it did not.
    """

    last: int | None
    status: str | None
    told: int = 0
    blind: str = ""

    @property
    def closed(self) -> bool:
        """It said goodbye, and nothing came after it."""
        return self.status == wire.CLOSING and (self.last is None or self.last <= self.told + GOODBYE_SLACK)


@dataclass(frozen=True)
class Presence:
    """A verdict: state and cause as the schema lists them, and the age of the last message in seconds."""

    state: str
    cause: str
    age: int | None


def classify(seen: Seen, now: int, *, ingest_alive: bool) -> Presence:
    """The state of one PC at `now` (epoch seconds).

    1. A fresh message: online, whatever the broker says (a will may be older than the reconnection);
       or blind, where it says itself that names may have been missed.
    2. Our own ingest is not at work: unknown, since it is we who do not see. Nobody is accused.
    3. Never seen: unknown.
    4. It said goodbye after its last message: closed.
    5. Otherwise silent: it was seen, is not now, and did not say goodbye.
    """
    age = None if seen.last is None else max(0, now - seen.last)
    if age is not None and age <= SILENT_AFTER and not seen.closed:
        return Presence("blind", seen.blind, age) if seen.blind else Presence("online", "seen", age)
    if not ingest_alive:
        return Presence("unknown", "ingest_stalled", age)
    if age is None:
        return Presence("unknown", "never_seen", None)
    if seen.closed:
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
                "online": int(verdict.state in {"online", "blind"}),
                "observed": int(verdict.state == "online"),
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
        offers_list: bool = False,
        supervised: Supervised | None = None,
        vitals: Vitals | None = None,
    ) -> None:
        """`offers_list`: the site has a list of sites for its PCs, so that one that looks for none is blind."""
        self._roster = roster
        self._influx = influx
        self._clock = clock
        self._stop = stop
        self._every = every
        self._offers_list = offers_list
        self._supervised = supervised or Supervised(clock)
        self._vitals = vitals
        self._result = ""
        self._lock = threading.Lock()
        self._status: dict[tuple[str, str], tuple[str, int]] = {}
        self._failing = False
        self._link = Subscriber("quannet-presence", broker, wire.ALL_STATUS, self._told)

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
            alive = self._ingest_alive(now)
            rows = list(points(self._roster.get(), self._seen(), now, ingest_alive=alive))
            vitals = [] if self._vitals is None else self._vitals.lines()
            self._influx.write([*(lineprotocol.encode(point) for point in rows), *vitals])
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

    def _seen(self) -> dict[tuple[str, str], Seen]:
        last = {
            (series.tags["venue"], series.tags["pc"]): int(series.column("time")[0] // 1000)
            for series in self._influx.query(influxql.last_messages(LOOK_BACK))
        }
        with self._lock:
            status = dict(self._status)
        within = f"{SILENT_AFTER}s"
        blind = reasons(self._influx.query(influxql.last_blind(within)))
        if self._offers_list:
            looks = {(s.tags["venue"], s.tags["pc"]) for s in self._influx.query(influxql.last_looks(within))}
            blind = dict.fromkeys(last.keys() - looks, NOT_LOOKING) | blind
        found = {}
        for key in last.keys() | status.keys():
            state, told = status.get(key, (None, 0))
            found[key] = Seen(last.get(key), state, told, blind.get(key, ""))
        return found

    def _ingest_alive(self, now: int) -> bool:
        entries = self._influx.query(influxql.last_ledger("1h"))
        newest = max((series.column("time")[0] // 1000 for series in entries), default=0)
        return bool(now - newest <= LEDGER_FRESH)

    def _told(self, topic: str, payload: bytes) -> None:
        """A status, new or retained. What a broker forgets stays known here, until the PC says otherwise."""
        try:
            venue, pc, _ = wire.parse_topic(topic)
            state = str(wire.decode_status(payload)["state"])
        except wire.WireError as fault:
            log.warning("a status that cannot be read: %s", fault)
            return
        with self._lock:
            self._status[venue, pc] = state, int(self._clock.wall().timestamp())


def reasons(series: Iterable[Series]) -> dict[tuple[str, str], str]:
    """The reason of each PC that is blind in its last sample: of several the first to mend.

    A reason that held before stands in a series of its own, and says 1 for ever: only the newest stamp counts.
    """
    newest: dict[tuple[str, str], tuple[float, list[str]]] = {}
    for one in series:
        key = (one.tags["venue"], one.tags["pc"])
        at, blind = one.column("time")[0], one.column("last")[0]
        known = newest.get(key)
        if known is None or at > known[0]:
            known = newest[key] = (at, [])
        if blind and at == known[0]:
            known[1].append(one.tags["reason"])
    order = {reason: place for place, reason in enumerate(REASONS)}
    return {
        key: min(found, key=lambda reason: (order.get(reason, len(order)), reason))[:_CAUSE]
        for key, (_, found) in newest.items()
        if found
    }


def _hours(venue: Venue, now: int) -> str:
    is_open = venue.is_open(at_second(now))
    return "no_rule" if is_open is None else "open" if is_open else "closed"
