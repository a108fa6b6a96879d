"""How long ago somebody typed at a terminal: the access time of its device, freed from the wall clock."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from collector.clock import Instant


class Typed(NamedTuple):
    """`atime` as the device shows it (wall clock), `mono` when that was, as well as we know."""

    atime: float
    mono: float


class Terminals:
    """Remembers each terminal between samples: a changed access time is a key, whatever the clock says."""

    def __init__(self, devices: Path) -> None:
        self._devices = devices
        self._typed: dict[str, Typed] = {}
        self._last: float | None = None

    def idle(self, names: Iterable[str], now: Instant) -> float | None:
        """Seconds since the last key at any of them; None where no terminal can be seen."""
        typed: dict[str, Typed] = {}
        for name in names:
            atime = self._atime(name)
            if atime is None:
                continue
            known = self._typed.get(name)
            if known is not None and known.atime == atime:
                typed[name] = known
            else:
                typed[name] = Typed(atime, now.mono - self._age(atime, known, now))
        self._typed, self._last = typed, now.mono
        return min((now.mono - key.mono for key in typed.values()), default=None)

    def _age(self, atime: float, known: Typed | None, now: Instant) -> float:
        age = max(0.0, now.wall - atime)
        if known is None or self._last is None:
            return age
        return min(age, now.mono - self._last)  # it changed since the last sample

    def _atime(self, name: str) -> float | None:
        try:
            status = (self._devices / name).stat()
        except (OSError, ValueError):  # it was closed meanwhile, or the name is no device's (":0")
            return None
        return status.st_atime if stat.S_ISCHR(status.st_mode) else None
