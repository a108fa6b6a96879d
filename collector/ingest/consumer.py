"""The ingest process: broker -> bounded queue -> pipeline -> one write a batch -> acknowledgements."""

from __future__ import annotations

import logging
import queue
from collections import defaultdict
from typing import TYPE_CHECKING

from collector import lineprotocol, wire
from collector.herald import Herald
from collector.ingest.ledger import Ledger
from collector.ingest.pipeline import Dead, Pipeline, Taken
from collector.ingest.writer import Writer
from collector.subscriber import Subscriber

if TYPE_CHECKING:
    import threading

    from collector.clock import Clock
    from collector.deploy import Broker, Offered
    from collector.influx import Influx
    from collector.ingest.deadletter import DeadLetters
    from collector.roster import RosterFile

log = logging.getLogger(__name__)

QUEUE = 20_000  # payloads; beyond it they are shed, and their agents send them again
BATCH_LINES = 5_000
BATCH_AGE = 0.1  # seconds that a batch waits for company
LEDGER_EVERY = 10.0  # seconds


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
        room: int = QUEUE,
    ) -> None:
        self.ledger = Ledger(worker)
        self._roster = roster
        self._pipeline = Pipeline(roster.get())
        self._writer = Writer(influx, stop)
        self._dead_letters = dead_letters
        self._clock = clock
        self._stop = stop
        self._queue: queue.Queue[tuple[str, bytes]] = queue.Queue(room)
        self._turned_away = 0  # by the full queue; written by the network's thread alone
        self._booked = 0  # of these, what stands in the ledger
        self._ledger_due = clock.monotonic()
        self._link = Subscriber(f"quannet-ingest-{worker}", broker, wire.SHARED_DATA, self._arrived, self._up)
        self._herald = Herald(self._link, offered)

    def run(self) -> None:
        """Work until `stop`; then finish what is in hand."""
        self._link.start()
        try:
            while not self._stop.is_set():
                self._turn()
        finally:
            self._link.stop()
            self._writer.write([self._entry()])
            log.info("ledger at the end: %s", self.ledger)

    def _turn(self) -> None:
        batch = self._collect()
        now = self._clock.monotonic()
        lines: list[str] = []
        if now >= self._ledger_due:
            self._ledger_due = now + LEDGER_EVERY
            self._herald.look()
            lines.append(self._entry())
        lines += [line for taken in batch for line in taken.lines]
        refused = [dead for taken in batch for dead in taken.refused]
        written = self._writer.write(lines)
        self.ledger.write_errors = self._writer.errors
        alive = sum(taken.received - taken.dead for taken in batch)
        if written is None or not self._bury(refused, written):
            # Nothing is acknowledged: it is sent again, and counted again when it comes.
            self.ledger.in_flight -= alive
            self.ledger.shed += alive
            return
        self.ledger.in_flight -= alive
        self.ledger.stored += alive
        self.ledger.lines_stored += len(lines) - len(written)
        self.ledger.lines_dead += len(refused) + len(written)
        self._acknowledge(batch)

    def _collect(self) -> list[Taken]:
        """A batch: full, or as old as it may get, or empty when nothing comes."""
        pipeline = self._current_pipeline()
        batch: list[Taken] = []
        lines = 0
        deadline = self._clock.monotonic() + BATCH_AGE
        while lines < BATCH_LINES:
            try:
                topic, payload = self._queue.get(timeout=max(0.0, deadline - self._clock.monotonic()))
            except queue.Empty:
                break
            taken = pipeline.take(topic, payload, self._epoch())
            self.ledger.received += taken.received
            self.ledger.dead += taken.dead
            self.ledger.in_flight += taken.received - taken.dead
            lines += len(taken.lines)
            batch.append(taken)
        return batch

    def _current_pipeline(self) -> Pipeline:
        roster = self._roster.get()
        if roster is not self._pipeline.roster:
            self._pipeline = Pipeline(roster)
            log.info("roster read again: %d venues", len(roster.venues))
        return self._pipeline

    def _bury(self, refused: list[Dead], by_database: list[tuple[str, str]]) -> bool:
        try:
            self._dead_letters.add(
                [*refused, *(Dead("database", why, "", line.encode()) for line, why in by_database)]
            )
        except OSError as fault:
            log.warning("dead letters cannot be written: %s", fault)
            return False
        return True

    def _acknowledge(self, batch: list[Taken]) -> None:
        numbers: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        for taken in batch:
            for venue, pc, stream, n in taken.acks:
                numbers[venue, pc, stream].append(n)
        for (venue, pc, stream), ns in numbers.items():
            # The time is read for each: it is what the PC's clock is set by.
            ack = wire.Ack(stream, tuple(ns), int(self._clock.wall().timestamp() * 1000))
            self._link.publish(wire.topic(venue, pc, "ack"), wire.encode_ack(ack))

    def _entry(self) -> str:
        """The books as they stand, as a line for the database."""
        turned_away = self._turned_away
        more, self._booked = turned_away - self._booked, turned_away
        self.ledger.received += more
        self.ledger.shed += more
        return lineprotocol.encode(self.ledger.point(self._epoch()))

    def _epoch(self) -> int:
        return int(self._clock.wall().timestamp())

    def _up(self) -> None:
        self._herald.repeat()

    def _arrived(self, topic: str, payload: bytes) -> None:
        try:
            self._queue.put_nowait((topic, payload))
        except queue.Full:
            self._turned_away += 1
