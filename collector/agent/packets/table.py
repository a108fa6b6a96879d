"""The streams being read: a bounded number of them, of bytes in them, and of seconds that one may stand still."""

from __future__ import annotations

import struct
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

from collector.agent.packets import ip

if TYPE_CHECKING:
    from collector.agent.packets.stream import Stream

MOST = 1000
BYTES = 1024 * 1024
AGE = 30.0  # seconds


class Flow:
    """One direction of one connection. Without a stream it is done with, and kept so that it is skipped."""

    __slots__ = ("counted", "key", "seen", "stream", "wanted")

    def __init__(self, key: bytes, at: float, stream: Stream | None) -> None:
        self.key = key
        self.seen = at
        self.stream = stream
        self.wanted = 0
        """Bytes of the stream without which it is not worth looking again."""
        self.counted = 0
        """Bytes of it that the table has on its account."""

    def ends(self) -> tuple[tuple[str, int], tuple[str, int]]:
        """Address and port of who sends and who receives: what a key is made of."""
        size = (len(self.key) - 4) // 2
        source, target = struct.unpack_from(">HH", self.key, 2 * size)
        return (ip.text(self.key[:size]), source), (ip.text(self.key[size : 2 * size]), target)


F = TypeVar("F", bound=Flow)


class Table(Generic[F]):
    """By the last use. Whatever is thrown out unfinished is in `lost` until somebody takes it from there."""

    def __init__(self, most: int = MOST, space: int = BYTES, age: float = AGE) -> None:
        self.lost: list[F] = []
        self.size = 0
        """Bytes held in all streams."""
        self._most, self._space, self._age = most, space, age
        self._flows: OrderedDict[bytes, F] = OrderedDict()

    def __len__(self) -> int:
        return len(self._flows)

    def get(self, key: bytes, at: float) -> F | None:
        flow = self._flows.get(key)
        if flow is None:
            return None
        if at - flow.seen > self._age:
            self._throw_out(key)
            return None
        flow.seen = at
        self._flows.move_to_end(key)
        return flow

    def put(self, flow: F) -> None:
        """In place of one with the same key, and of what is too old or too much."""
        if flow.key in self._flows:
            self._throw_out(flow.key)
        self._flows[flow.key] = flow
        while len(self._flows) > self._most:
            self._throw_out(next(iter(self._flows)))
        self.expire(flow.seen)

    def settle(self, flow: F) -> None:
        """After a change of its stream: take the bytes on account, and make room."""
        held = flow.stream.size if flow.stream is not None else 0
        self.size += held - flow.counted
        flow.counted = held
        while self.size > self._space and len(self._flows) > 1:
            self._throw_out(next(iter(self._flows)))

    def expire(self, at: float) -> None:
        while self._flows:
            key, flow = next(iter(self._flows.items()))
            if at - flow.seen <= self._age:
                break
            self._throw_out(key)

    def _throw_out(self, key: bytes) -> None:
        flow = self._flows.pop(key)
        self.size -= flow.counted
        flow.counted = 0
        if flow.stream is not None:
            self.lost.append(flow)
