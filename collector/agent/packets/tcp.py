"""TCP segments, and the streams made of them that are read: DNS both ways, and what clients say first to 443."""

from __future__ import annotations

import struct
from typing import NamedTuple

from collector.agent.packets.stream import Stream
from collector.agent.packets.table import Flow

SYN = 2
_HEADER = struct.Struct(">HHII BB")
_HALF = 0x80000000


class Segment(NamedTuple):
    source: int
    target: int
    sequence: int
    flags: int
    start: int
    """Where its data begin."""


def parse(frame: bytes, start: int, end: int) -> Segment | None:
    if end - start < 20:
        return None
    source, target, sequence, _, offset, flags = _HEADER.unpack_from(frame, start)
    header = (offset >> 4) * 4
    if header < 20 or start + header > end:
        return None
    return Segment(source, target, sequence, flags, start + header)


class TcpFlow(Flow):
    __slots__ = ("first",)

    def __init__(self, key: bytes, at: float, first: int) -> None:
        super().__init__(key, at, Stream())
        self.first = first
        """Sequence number of the stream's first byte."""

    def offset(self, sequence: int, base: int) -> int:
        """Bytes from the stream's first; negative before `base`, as what is sent again is."""
        distance = (sequence - self.first - base) & 0xFFFFFFFF
        return base + (distance - 0x100000000 if distance >= _HALF else distance)
