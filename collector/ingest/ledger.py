"""The books of one ingest process, in messages: received = stored + dead + in flight + shed, at all times."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from collector.lineprotocol import Point


@dataclass
class Ledger:
    """Counted since the process started. `shed` is what was turned away, unopened or because nobody knows whether
    it is stored; agents send it again.
    """

    worker: str
    received: int = 0
    stored: int = 0
    dead: int = 0
    in_flight: int = 0
    shed: int = 0
    lines_stored: int = 0
    lines_dead: int = 0
    write_errors: int = 0
    connected: int = 0

    @property
    def balanced(self) -> bool:
        return self.received == self.stored + self.dead + self.in_flight + self.shed

    def point(self, epoch: int) -> Point:
        """The measurement `ledger` at a moment in epoch seconds."""
        counts = asdict(self)
        del counts["worker"]
        return Point("ledger", {"worker": self.worker}, counts, epoch)

    def take(self, messages: int) -> None:
        self.received += messages
        self.in_flight += messages

    def settle(self, messages: int, dead: int) -> None:
        """They are in the database, `dead` of them among the dead letters."""
        self.in_flight -= messages
        self.stored += messages - dead
        self.dead += dead

    def give_up(self, messages: int) -> None:
        """Nobody knows whether they are stored."""
        self.in_flight -= messages
        self.shed += messages

    def turn_away(self, messages: int) -> None:
        self.received += messages
        self.shed += messages
