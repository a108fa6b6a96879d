"""A list that somebody else puts into a file: copied, checked, and only then in force."""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING

from collector.agent.blocklist.current import Current
from collector.agent.blocklist.layout import DamagedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from collector.agent.blocklist.lookup import Hit
    from collector.wire import Offer

INCOMING = "incoming"


class Followed:
    """Never maps the file itself: who writes into a mapped file ends the process that has it mapped."""

    def __init__(self, path: Path, folder: Path) -> None:
        """`folder` is the agent's own, and keeps the last good list over a restart."""
        self._path = path
        self._folder = folder
        self._current = Current(folder)
        self._mark: tuple[int, int, int] | None = None  # of the file that was taken last

    def match(self, name: str) -> Hit | None:
        return self._current.match(name)

    @property
    def in_force(self) -> bool:
        return bool(self._current.name)

    def hear(self, offers: Mapping[str, Offer]) -> None:
        """Nothing: whoever names a file has no use for what the site offers."""

    def start(self) -> None:
        """Nothing: the file is looked at with each sample."""

    def stop(self) -> None:
        """Nothing, likewise."""

    def renew(self) -> None:
        """Take the file where it is another one. OSError where no list is in force."""
        try:
            status = self._path.stat()
            mark = (status.st_ino, status.st_mtime_ns, status.st_size)
            if mark != self._mark:
                self._take()
                self._mark = mark
        except (OSError, DamagedError) as fault:
            if not self._current.name:
                raise OSError(f"{self._path}: {fault}") from None

    def _take(self) -> None:
        incoming = self._folder / INCOMING
        shutil.copyfile(self._path, incoming)
        with incoming.open("rb") as file:
            name = hashlib.file_digest(file, "sha256").hexdigest()[:32]
        self._current.take(incoming, name)
