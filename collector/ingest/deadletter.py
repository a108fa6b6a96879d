"""Everything that ingest refused, a JSON line each, in a file that is rotated and bounded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from collector.clock import Clock
    from collector.ingest.pipeline import Dead

FILE_NAME = "dead-letters.jsonl"


class DeadLetters:
    """At most two files of `limit` bytes: the current one and the one before it."""

    def __init__(self, folder: Path, clock: Clock, *, limit: int = 64 * 1024 * 1024) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / FILE_NAME
        self._clock = clock
        self._limit = limit

    def add(self, refused: Iterable[Dead]) -> None:
        """Append and flush before the sender is told. OSError where the disk refuses."""
        at = self._clock.wall().isoformat(timespec="milliseconds")
        rows = [
            json.dumps(
                {
                    "at": at,
                    "reason": d.reason,
                    "detail": d.detail,
                    "topic": d.topic,
                    "payload": d.payload.hex(),
                }
            )
            for d in refused
        ]
        if not rows:
            return
        if self.path.exists() and self.path.stat().st_size > self._limit:
            self.path.replace(self.path.with_suffix(".old.jsonl"))
        with self.path.open("a", encoding="utf-8") as file:
            file.write("\n".join(rows) + "\n")
