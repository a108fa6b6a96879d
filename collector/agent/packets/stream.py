"""The first bytes of a stream put in order from pieces that come late, twice, overlapping, or never."""

from __future__ import annotations

LIMIT = 8 * 1024  # bytes held of one stream, in order or waiting; hellos of today have 2 kB
MOST_WAITING = 64


class Stream:
    """`data` is what follows `base` without a hole. Where pieces disagree, the first one stands."""

    __slots__ = ("_waiting", "base", "data", "size")

    def __init__(self) -> None:
        self.base = 0
        self.data = bytearray()
        self.size = 0
        """Bytes held."""
        self._waiting: dict[int, bytes] = {}

    def add(self, offset: int, piece: bytes) -> bool:
        """False where the piece lies behind a hole that is too large to wait for. Beyond LIMIT it is cut."""
        edge = self.base + len(self.data)
        if offset + len(piece) <= edge:
            return True
        if offset > edge:
            return self._wait(offset, piece, edge)
        self.data += piece[edge - offset : edge - offset + LIMIT - len(self.data)]
        if self._waiting:
            self._close()
        self._measure()
        return True

    def drop(self, count: int) -> None:
        """The first bytes are done with; there may be more of them than have come."""
        del self.data[:count]
        self.base += count
        if self._waiting:
            self._close()
        self._measure()

    @property
    def full(self) -> bool:
        return len(self.data) >= LIMIT

    def _wait(self, offset: int, piece: bytes, edge: int) -> bool:
        known = self._waiting.get(offset)
        if known is not None and len(known) >= len(piece):
            return True
        too_far = offset + len(piece) > edge + LIMIT
        if too_far or len(self._waiting) >= MOST_WAITING or self.size + len(piece) > LIMIT:
            return False
        self._waiting[offset] = piece
        self._measure()
        return True

    def _close(self) -> None:
        for offset in sorted(self._waiting):
            edge = self.base + len(self.data)
            if offset > edge:
                break
            piece = self._waiting.pop(offset)
            self.data += piece[edge - offset : edge - offset + LIMIT - len(self.data)]

    def _measure(self) -> None:
        self.size = len(self.data) + sum(map(len, self._waiting.values()))
