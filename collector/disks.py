"""Room on the server's disks, for each folder that must not run full."""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector.lineprotocol import Point

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Room:
    """In bytes; `free` is what is left to others than root."""

    total: int
    free: int

    @property
    def used(self) -> float:
        """In percent."""
        return 100 * (1 - self.free / self.total) if self.total else 0.0


def nearest(folder: Path) -> Path:
    """The folder, or the nearest above it that exists: it will be made there."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def room(folder: Path) -> Room:
    """On the disk that holds it or will hold it. OSError where that cannot be asked."""
    usage = shutil.disk_usage(nearest(folder))
    return Room(usage.total, usage.free)


class Disks:
    """Points of the measurement `disk`. A folder that cannot be asked has none, and is told of once."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        self._failing: set[Path] = set()

    def points(self, stamp: int) -> Iterator[Point]:
        for folder in self._folders:
            try:
                found = room(folder)
            except OSError as fault:
                if folder not in self._failing:
                    log.warning("there is no saying how much room is left: %s", fault)
                self._failing.add(folder)
                continue
            self._failing.discard(folder)
            yield Point(
                "disk", {"folder": str(folder)}, {"used": round(found.used, 1), "free": found.free}, stamp
            )
