"""When which message is sent, and again: a state machine over the spool, with no socket and no thread.

Probing: connected, but nobody has answered yet; only pings go out, ever more rarely.
Open: a ping was answered, so that the server's time is known and ingest is alive; a few payloads are
under way, more with each ack, one after a silence. An unanswered payload leads back to probing, so that
an outage costs a ping now and then, and its end is no storm. A refused payload leads back there too, after
a pause that doubles: a server that is to be updated is asked again, but not by a whole province each minute.
What happens now never waits for the backlog: it has places of its own, and an unanswered bundle only holds
back the next one, since a busy server turns bundles away first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from collector.wire import Ack, Frame, Refusal, encode

if TYPE_CHECKING:
    from random import Random

    from collector.agent.spool import Store
    from collector.clock import TrustedClock


@dataclass(frozen=True)
class Pace:
    """Seconds and counts. The defaults are for a PC; tests and trials use shorter ones."""

    window: int = 4  # payloads under way at most
    bundle: int = 50  # messages in one payload of a backlog
    answer_within: float = 20.0
    probe_first: float = 2.0
    probe_longest: float = 60.0
    refused_first: float = 60.0
    refused_longest: float = 3600.0


@dataclass
class _Flight:
    numbers: set[int]
    sent: float
    deadline: float
    first: bool  # none of its messages was sent before
    live: bool  # one message, sent as it happened


@dataclass
class Delivery:
    """Times are monotonic seconds. `boot` is the clock's, to tell this boot's samples from older ones."""

    spool: Store
    clock: TrustedClock
    boot: str
    random: Random
    pace: Pace = field(default_factory=Pace)
    resent: int = 0

    def __post_init__(self) -> None:
        self._connected = False
        self._open = False
        self._window = 1
        self._failures = 0
        self._refusals = 0
        self._ping_sent: float | None = None
        self._next_ping = math.inf
        self._bundle_at = -math.inf  # no bundle before
        self._flights: list[_Flight] = []
        self._highest = 0  # number sent so far
        self._sent_before: set[int] = set()  # of those still in the spool
        self._in_flight: set[int] = set()

    def connected(self, now: float) -> None:
        """A new connection: whatever was under way may be lost."""
        self._connected = True
        self._probe(now, wait=0.0)

    def disconnected(self) -> None:
        self._connected = self._open = False
        self._cancel()

    def stamp(self) -> None:
        """Fix the time of what was sampled, connected or not, if this boot knows the server's: a power cut
        before the next connection would leave the PC's own clock to go by.
        """
        if self.clock.synchronised:
            self.spool.stamp(self.boot, self.clock.epoch)

    def acked(self, ack: Ack, received: float) -> int:
        """An acknowledgement came: how many messages it took off the spool."""
        if ack.stream != self.spool.stream:
            return 0  # of a spool that this PC had before, or of a clone
        gone = self.spool.forget(n for n in ack.numbers if n)
        if 0 in ack.numbers and self._ping_sent is not None:
            self.clock.observe(ack.server_ms, self._ping_sent, received)
            self._open, self._next_ping, self._ping_sent = True, math.inf, None
        numbers = set(ack.numbers)
        for flight in self._flights:
            if flight.first and flight.numbers & numbers:
                # Of a message that was sent twice nobody knows which copy is answered.
                self.clock.observe(ack.server_ms, flight.sent, received)
            flight.numbers -= numbers
        self._flights = [flight for flight in self._flights if flight.numbers]
        self._in_flight -= numbers
        self._sent_before -= numbers
        if gone:
            self._failures = self._refusals = 0
            self._window = min(self.pace.window, self._window + 1)
        return gone

    def refused(self, refusal: Refusal, now: float) -> bool:
        """The server refuses what we send: keep it and pause. False where it may mean another sender.

        Whoever else sends rubbish under this PC's name must not silence it.
        """
        if refusal.stream != self.spool.stream:
            return False
        if self._connected and (self._open or self._ping_sent is not None):  # else we pause already
            self._refusals += 1
            pause = self.pace.refused_first * 2 ** min(self._refusals - 1, 10)
            self._probe(now, self._jitter(min(pause, self.pace.refused_longest)))
        return True

    def poll(self, now: float) -> bytes | None:
        """The next payload to publish now, or None."""
        if not self._connected:
            return None
        if any(flight.deadline <= now for flight in self._flights):
            self._unanswered(now)
        if now >= self._next_ping:
            if self._ping_sent is None:  # the answer may be to any ping since the first: it bounds the error
                self._ping_sent = now
            self._failures += 1
            self._next_ping = now + self._backoff()
            return encode([Frame(self.spool.stream, 0, ())])
        if now >= self._bundle_at:
            self._bundle_at = -math.inf
        return self._send(now) if self._open else None

    def wake(self) -> float:
        """When `poll` may have something that no ack or new message announces."""
        deadlines = [flight.deadline for flight in self._flights]
        if self._bundle_at > -math.inf:
            deadlines.append(self._bundle_at)
        return min([*deadlines, self._next_ping]) if self._connected else math.inf

    def _unanswered(self, now: float) -> None:
        """A server that is busy turns bundles away first; one that leaves a live message unanswered is away."""
        self._failures += 1
        self._window = 1
        late = [flight for flight in self._flights if flight.deadline <= now]
        if any(flight.live for flight in late):
            self._probe(now, self._backoff())
            return
        for flight in late:
            self._flights.remove(flight)
            self._in_flight -= flight.numbers
        self._bundle_at = now + self._backoff()

    def _send(self, now: float) -> bytes | None:
        self.stamp()
        newest = self.spool.newest()
        if newest is None:
            return None
        # What happens now goes first and alone: an inspector reads it; the backlog fills the rest.
        live = newest > self._highest
        if not (self._may_send_live() if live else self._may_send_bundle(now)):
            return None
        if live:
            numbers = [newest]
        else:
            oldest = self.spool.oldest(self.pace.bundle + len(self._in_flight))
            numbers = [n for n in oldest if n not in self._in_flight][: self.pace.bundle]
        if not numbers:
            return None
        again = self._sent_before.intersection(numbers)
        self.resent += len(again)
        self._sent_before.update(numbers)
        self._highest = max(self._highest, newest)
        self._in_flight.update(numbers)
        deadline = now + self._jitter(self.pace.answer_within)
        self._flights.append(_Flight(set(numbers), now, deadline, first=not again, live=live))
        return encode(self.spool.frames(numbers))

    def _may_send_live(self) -> bool:
        return sum(flight.live for flight in self._flights) < self.pace.window

    def _may_send_bundle(self, now: float) -> bool:
        return len(self._flights) < self._window and now >= self._bundle_at

    def _probe(self, now: float, wait: float) -> None:
        self._open = False
        self._ping_sent = None
        self._cancel()
        self._next_ping = now + wait

    def _cancel(self) -> None:
        self._flights.clear()
        self._in_flight.clear()

    def _backoff(self) -> float:
        longest = min(self.pace.probe_longest, self.pace.probe_first * 2 ** min(self._failures, 10))
        return self._jitter(longest)

    def _jitter(self, seconds: float) -> float:
        return seconds * self.random.uniform(0.75, 1.25)
