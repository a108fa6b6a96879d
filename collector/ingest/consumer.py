"""The ingest process: broker -> pipeline -> a write a batch -> acknowledgements.

One thread reads, checks and answers; a few others wait for the database. Memory is bounded: while the database
is slow or away, what comes is turned away unopened, and its agent sends it again.
"""

from __future__ import annotations

import logging
from collections import Counter, deque
from concurrent.futures import Future, ThreadPoolExecutor
from random import SystemRandom
from typing import TYPE_CHECKING

from collector import lineprotocol, wire
from collector.herald import Herald
from collector.ingest import health
from collector.ingest.batch import Batch
from collector.ingest.health import Health
from collector.ingest.late import Lateness
from collector.ingest.ledger import Ledger
from collector.ingest.link import Link
from collector.ingest.misdated import Misdated
from collector.ingest.pipeline import Dead, Pipeline
from collector.ingest.store import Store
from collector.ingest.strangers import EVERY as STRANGERS_EVERY
from collector.ingest.strangers import Strangers
from collector.ingest.writer import Writer
from collector.supervised import Supervised

if TYPE_CHECKING:
    import threading

    from collector.clock import Clock
    from collector.deploy import Broker, Offered
    from collector.influx import Influx
    from collector.ingest.deadletter import DeadLetters
    from collector.roster import RosterFile
    from collector.vitals import Vitals

log = logging.getLogger(__name__)

WRITERS = 4  # batches on their way to the database at once: it syncs its disk for each
BATCH_AGE = 0.2  # seconds that a batch waits for company
ROOM = 60_000  # lines that wait for a writer; beyond it bundles are turned away, beyond twice as many all
ROOM_REFUSED = 16 * 1024 * 1024  # bytes, of what is to become dead letters
LOOK_EVERY = 1.0  # seconds between two looks at the roster
FINISH_WITHIN = 15.0  # seconds that a stop waits for the batches in hand


class Ingest:
    """One worker. It holds no state worth saving: whatever it had not acknowledged is sent again."""

    def __init__(
        self,
        *,
        worker: str,
        broker: Broker,
        roster: RosterFile,
        influx: Influx,
        dead_letters: DeadLetters,
        clock: Clock,
        stop: threading.Event,
        offered: Offered | None = None,
        supervised: Supervised | None = None,
        vitals: Vitals | None = None,
        room: int = ROOM,
    ) -> None:
        self.ledger = Ledger(worker)
        self.refused: Counter[str] = Counter()
        self._clock = clock
        self._stop = stop
        self._roster = roster
        self._pipeline = Pipeline(roster.get())
        self._strangers = Strangers()
        self._misdated = Misdated(worker)
        self._room = room
        self._batch = Batch(clock.monotonic())
        self._waiting: deque[Batch] = deque()
        self._waiting_lines = self._waiting_refused = 0
        self._writing: dict[Future[list[Dead] | None], Batch] = {}
        self._pool = ThreadPoolExecutor(WRITERS + 1, "writer")
        self._writer = Writer(influx, clock, stop)
        self._store = Store(self._writer, Lateness(influx), dead_letters, clock)
        self._health = Health(influx, self._pool, vitals)
        self._supervised = supervised or Supervised(clock)
        self._link = Link(
            f"quannet-ingest-{worker}",
            broker,
            wire.SHARED_DATA,
            self._arrived,
            self._up,
            clock,
            SystemRandom(),
        )
        self._herald = Herald(self._link, offered)
        now = clock.monotonic()
        self._look_due = now
        self._books_due = now + health.EVERY
        self._strangers_due = now + STRANGERS_EVERY
        self._serves = False
        self._losses = 0

    def run(self) -> None:
        """Work until `stop`; then finish what is in hand."""
        try:
            while not self._stop.is_set():
                self.turn()
        finally:
            self._finish()

    def turn(self, longest: float = 0.5) -> None:
        """Wait for something to do, and do it."""
        age = self._clock.monotonic() - self._batch.born
        self._link.turn(max(0.0, BATCH_AGE - age) if self._batch.messages or self._batch.acks else longest)
        self._settle()
        self._look()
        self._hand_over()
        if self._link.subscribed and not self._serves:
            self._serves = True
            self._books_due = self._clock.monotonic()  # that we see is said at once
            self._supervised.ready()
        self._supervised.alive(self._state())

    def _arrived(self, topic: str, payload: bytes) -> None:
        waiting = self._waiting_lines + len(self._batch.lines)
        if waiting >= self._room or self._waiting_refused >= ROOM_REFUSED:
            # A backlog comes in bundles. It is turned away first, so that what happens now gets through.
            messages = wire.messages_in(payload)
            if messages > 1 or waiting >= 2 * self._room or self._waiting_refused >= ROOM_REFUSED:
                self.ledger.turn_away(messages)
                return
        taken = self._pipeline.take(topic, payload, self._epoch())
        if not self._batch.acks and not self._batch.messages:
            self._batch.born = self._clock.monotonic()
        self.ledger.take(taken.received)
        self._batch.add(taken)
        if taken.stranger is not None:
            self._strangers.add(*taken.stranger, taken.received)
        if taken.refused:
            self._misdated.add(taken.refused)
        if self._batch.full:
            self._close_batch()

    def _close_batch(self) -> None:
        batch = self._batch
        self._batch = Batch(self._clock.monotonic())
        self._waiting.append(batch)
        self._waiting_lines += len(batch.lines)
        self._waiting_refused += batch.refused_bytes

    def _hand_over(self) -> None:
        """To the writers, as far as one is free; a batch goes when it is full or old enough."""
        batch = self._batch
        if (batch.messages or batch.acks) and self._clock.monotonic() - batch.born >= BATCH_AGE:
            self._close_batch()
        while self._waiting and len(self._writing) < WRITERS:
            batch = self._waiting.popleft()
            self._waiting_lines -= len(batch.lines)
            self._waiting_refused -= batch.refused_bytes
            future = self._pool.submit(self._store.put, batch)
            self._writing[future] = batch
            future.add_done_callback(lambda _: self._link.wake())

    def _settle(self) -> None:
        """Books and answers for what has been written."""
        for future in [future for future in self._writing if future.done()]:
            batch = self._writing.pop(future)
            by_database = future.result()
            if by_database is None:
                self.ledger.give_up(batch.messages)
                continue
            self.ledger.settle(batch.messages, batch.dead)
            self.ledger.lines_stored += len(batch.lines) - len(by_database)
            self.ledger.lines_dead += len(batch.refused) + len(by_database)
            self.refused.update(dead.reason for dead in [*batch.refused, *by_database])
            self._answer(batch)
        self.ledger.write_errors = self._writer.errors

    def _answer(self, batch: Batch) -> None:
        for (venue, pc, stream), numbers in batch.acks.items():
            # The time is read for each: it is what the PC's clock is set by.
            ack = wire.Ack(stream, tuple(numbers), int(self._clock.wall().timestamp() * 1000))
            self._link.publish(wire.topic(venue, pc, "ack"), wire.encode_ack(ack))
        for venue, pc, words in batch.answers:
            self._link.publish(wire.topic(venue, pc, "ack"), words)

    def _look(self) -> None:
        """What is due: the roster, the list to offer, the books, the findings of the last minute."""
        now = self._clock.monotonic()
        if now >= self._look_due:
            self._look_due = now + LOOK_EVERY
            roster = self._roster.get()
            if roster is not self._pipeline.roster:
                self._pipeline = Pipeline(roster)
                log.info("roster read again: %d venues", len(roster.venues))
        if now >= self._strangers_due:
            self._strangers_due = now + STRANGERS_EVERY
            self._tell_findings()
        if now >= self._books_due:
            self._books_due = now + health.EVERY
            self._herald.look()
            self._balance()
            self._health.say(self.ledger, self.refused, self._epoch())

    def _tell_findings(self) -> None:
        roster, now = self._pipeline.roster, self._epoch()
        points = [*self._strangers.points(roster, now), *self._misdated.points(roster, now)]
        self._batch.lines += [lineprotocol.encode(point) for point in points]

    def _balance(self) -> None:
        """`connected` tells also of a connection that was lost in between."""
        self.ledger.connected = int(self._link.subscribed and self._link.losses == self._losses)
        self._losses = self._link.losses

    def _finish(self) -> None:
        """1. Take nothing more. 2. Write what is in hand, if the database takes it. 3. Answer, and leave."""
        self._supervised.stopping()
        self._link.unsubscribe()
        self._tell_findings()
        self._close_batch()
        deadline = self._clock.monotonic() + FINISH_WITHIN
        while (self._waiting or self._writing) and self._clock.monotonic() < deadline:
            self._hand_over()
            self._link.turn(0.1)
            self._settle()
        self._pool.shutdown(wait=True)
        self._settle()
        for batch in self._waiting:
            self.ledger.give_up(batch.messages)
        self._waiting.clear()
        self._link.close()
        self._balance()
        books = health.lines(self.ledger, self.refused, self._health.said, self._epoch())
        self._writer.patiently(lambda: self._writer.write(books))
        log.info("ledger at the end: %s", self.ledger)

    def _state(self) -> str:
        if not self._link.subscribed:
            return "waiting for the broker"
        return f"{self.ledger.stored} messages stored, {self.ledger.in_flight} in flight"

    def _epoch(self) -> int:
        return int(self._clock.wall().timestamp())

    def _up(self) -> None:
        self._herald.repeat()
