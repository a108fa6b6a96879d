"""A spool without SQLite for fleets of thousands: what the agent's does, in memory, as long as the process lives."""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from collector.agent.spool import Limits, Store
from collector.wire import Frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from collector.clock import Instant

_LIMITS = Limits()
_USED_SECONDS = 20_000  # stamps remembered; at one message each 30 s nearly a week


class Spooling(Store, Protocol):
    """A whole spool: what numbers and keeps, besides what a delivery needs."""

    queued: int
    queued_bytes: int
    dropped: int

    @property
    def next_n(self) -> int: ...

    def append(self, lines: Sequence[str], at: Instant) -> int: ...

    def close(self) -> None: ...


@dataclass(slots=True)
class _Kept:
    at: Instant
    text: str
    stamp: int | None = None
    clock: str = ""


class LeanSpool:
    """See `collector.agent.spool.Spool`, whose tests it passes too; a PC's costs about a kilobyte."""

    def __init__(self, limits: Limits = _LIMITS) -> None:
        self.stream = secrets.token_hex(16)
        self.queued = self.queued_bytes = self.dropped = 0
        self.next_n = 1
        self._limits = limits
        self._kept: dict[int, _Kept] = {}  # in the order of their numbers
        self._unstamped: deque[int] = deque()
        self._used: dict[int, None] = {}  # stamps given, oldest first

    def append(self, lines: Sequence[str], at: Instant) -> int:
        n, text = self.next_n, "\n".join(lines)
        self._make_room(len(text), at)
        self._kept[n] = _Kept(at, text)
        self._unstamped.append(n)
        self.next_n += 1
        self.queued += 1
        self.queued_bytes += len(text)
        return n

    def stamp(self, boot: str, epoch: Callable[[float], float]) -> None:
        while self._unstamped:
            kept = self._kept.get(self._unstamped[0])
            if kept is not None:
                ours = kept.at.boot == boot
                kept.stamp = self._free_second(int(epoch(kept.at.mono) if ours else kept.at.wall))
                kept.clock = "server" if ours else "pc"
            self._unstamped.popleft()

    def newest(self) -> int | None:
        return next((n for n in reversed(self._kept) if self._kept[n].stamp is not None), None)

    def oldest(self, limit: int) -> list[int]:
        return list(islice((n for n, kept in self._kept.items() if kept.stamp is not None), limit))

    def frames(self, numbers: Iterable[int]) -> list[Frame]:
        return [self._frame(n, self._kept[n]) for n in numbers if n in self._kept]

    def forget(self, numbers: Iterable[int]) -> int:
        return sum(self._drop(n) for n in numbers)

    def close(self) -> None:
        """It ends with the process."""

    def _frame(self, n: int, kept: _Kept) -> Frame:
        first, *rest = kept.text.split("\n")
        lines = (f'{first},clock="{kept.clock}"', *rest)
        return Frame(self.stream, n, tuple(f"{line} {kept.stamp}" for line in lines))

    def _drop(self, n: int) -> bool:
        kept = self._kept.pop(n, None)
        if kept is None:
            return False
        self.queued -= 1
        self.queued_bytes -= len(kept.text)
        return True

    def _make_room(self, size: int, at: Instant) -> None:
        while self._kept:
            n, oldest = next(iter(self._kept.items()))
            same = oldest.at.boot == at.boot
            age = at.mono - oldest.at.mono if same else at.wall - oldest.at.wall
            if age <= self._limits.age and self.queued_bytes + size <= self._limits.bytes:
                return
            self._drop(n)
            self.dropped += 1

    def _free_second(self, stamp: int) -> int:
        while stamp in self._used:
            stamp += 1
        self._used[stamp] = None
        if len(self._used) > _USED_SECONDS:
            del self._used[next(iter(self._used))]
        return stamp
