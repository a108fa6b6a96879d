"""What is written to the database at once, and what must be answered when that has succeeded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collector.ingest.late import Finding
    from collector.ingest.pipeline import Dead, Taken

LINES = 5_000  # more are the next batch's
REFUSED_BYTES = 1024 * 1024


@dataclass
class Batch:
    """Several payloads' results. `born` is monotonic; `messages` and `dead` count for the books."""

    born: float
    lines: list[str] = field(default_factory=list)
    late: list[Finding] = field(default_factory=list)
    refused: list[Dead] = field(default_factory=list)
    refused_bytes: int = 0
    acks: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)  # (venue, pc, stream): numbers
    answers: list[tuple[str, str, bytes]] = field(default_factory=list)
    messages: int = 0
    dead: int = 0

    def add(self, taken: Taken) -> None:
        self.lines += taken.lines
        for venue, pc, stream, n in taken.acks:
            self.acks.setdefault((venue, pc, stream), []).append(n)
        self.messages += taken.received
        if taken.refused or taken.late:
            self.late += taken.late
            self.refused += taken.refused
            self.refused_bytes += sum(len(dead.payload) for dead in taken.refused)
            self.answers += taken.answers
            self.dead += taken.dead

    @property
    def full(self) -> bool:
        return len(self.lines) >= LINES or self.refused_bytes >= REFUSED_BYTES
