"""The books of one ingest process, in messages: received = stored + dead + in flight + shed, at all times."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from collector.lineprotocol import Point


@dataclass
class Ledger:
    """Counted since the process started. `shed` is what the full queue turned away; agents send it again."""

    worker: str
    received: int = 0
    stored: int = 0
    dead: int = 0
    in_flight: int = 0
    shed: int = 0
    lines_stored: int = 0
    lines_dead: int = 0
    write_errors: int = 0
    queued: int = 0
    queued_bytes: int = 0
    connected: int = 0

    @property
    def balanced(self) -> bool:
        return self.received == self.stored + self.dead + self.in_flight + self.shed

    def point(self, epoch: int) -> Point:
        """The measurement `ledger` at a moment in epoch seconds."""
        counts = asdict(self)
        del counts["worker"]
        return Point("ledger", {"worker": self.worker}, counts, epoch)
