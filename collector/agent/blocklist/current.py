"""The list in force on a PC: kept in a folder, replaced as a whole while others look names up."""

from __future__ import annotations

import contextlib
import json
import logging
import os
from typing import TYPE_CHECKING

from collector.agent.blocklist.layout import DamagedError
from collector.agent.blocklist.lookup import Hit, List

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)

POINTER = "blocklist.json"
SUFFIX = ".blocklist"


class Current:
    """One writer, any number of threads that look up.

    A lookup holds the list that it began with; the old map goes with its last user. Files bear names of
    their own and a pointer says which holds, since Windows lets nobody replace a file that is mapped.
    """

    def __init__(self, folder: Path) -> None:
        """Take what the folder holds: the newest list that is whole, or none."""
        self._folder = folder
        self._names: list[str] = []  # in force, and the one before it
        self._list: List | None = None
        folder.mkdir(parents=True, exist_ok=True)
        names = self._read_pointer()
        for i, name in enumerate(names):
            try:
                self._list = List.open(folder / f"{name}{SUFFIX}")
            except (OSError, DamagedError) as fault:
                log.warning("blocklist refused: %s", fault)
            else:
                self._names = names[i:]
                return

    @property
    def name(self) -> str:
        """That of the list in force, as `take` got it; empty where there is none."""
        return self._names[0] if self._names else ""

    @property
    def version(self) -> str:
        """Empty where no list is in force: then nothing is seen, and that is to be said."""
        return "" if (held := self._list) is None else held.version

    def match(self, name: str) -> Hit | None:
        """The longest listed suffix of a name; None also where no list is in force."""
        held = self._list
        return None if held is None else held.match(name)

    def take(self, path: Path, name: str) -> None:
        """Put a file of this folder in force under a name. OSError or DamagedError: nothing has changed."""
        if name == self.name:
            path.unlink(missing_ok=True)
            return
        final = self._folder / f"{name}{SUFFIX}"
        path.replace(final)
        try:
            fresh = List.open(final)
            self._write_pointer([name, *self._names[:1]])
        except (OSError, DamagedError):
            with contextlib.suppress(OSError):
                final.unlink()
            raise
        self._names = [name, *self._names[:1]]
        self._list = fresh
        self._prune()

    def _read_pointer(self) -> list[str]:
        try:
            names = json.loads((self._folder / POINTER).read_text("utf-8"))["files"]
            return [name for name in names if isinstance(name, str) and name.isalnum()][:2]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, LookupError, TypeError) as fault:
            log.warning("%s refused: %s", POINTER, fault)
            return []

    def _write_pointer(self, names: list[str]) -> None:
        fresh = self._folder / f"{POINTER}.new"
        with fresh.open("w", encoding="utf-8") as file:
            json.dump({"files": names}, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._folder / POINTER)

    def _prune(self) -> None:
        """Remove lists that are neither in force nor the one before; one still mapped on Windows stays."""
        for path in self._folder.glob(f"*{SUFFIX}"):
            if path.stem not in self._names:
                with contextlib.suppress(OSError):
                    path.unlink()
