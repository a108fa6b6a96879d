"""The client's Initial packets of QUIC versions 1 and 2: several in a datagram, CRYPTO frames in any order.

Keys come from the destination named by the first packet, and after a Retry from the new one, so that each
packet is tried with the keys of its connection and then with its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from collector.agent.packets.cipher import VERSION1, VERSION2
from collector.agent.packets.stream import Stream
from collector.agent.packets.table import Flow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collector.agent.packets.cipher import Opener, Unlock

PORT = 443
MOST_PACKETS = 8  # in a datagram
MOST_FRAMES = 512  # in a packet, padding aside
MOST_TRIES = 16  # packets of one connection that open with no key

_INITIAL = {VERSION1: 0, VERSION2: 1}  # the packet's kind differs by version
_RETRY = {VERSION1: 3, VERSION2: 0}
_LARGEST_NAME = 20
_PADDING = b"\0"
_PING, _ACK, _ACK_ECN, _CRYPTO = 0x01, 0x02, 0x03, 0x06
_SMALLEST_FIRST = 1200  # bytes: what a client's first datagram is padded to
_SMALLEST = 4 + 16  # bytes of a protected packet behind its header, that a sample can be taken from


class Initial(NamedTuple):
    version: int
    destination: bytes
    start: int
    """Of the packet; it and its protected header are what is sealed with it."""
    number: int
    """Where the packet number stands."""
    end: int


class QuicFlow(Flow):
    __slots__ = ("opener", "tries")

    def __init__(self, key: bytes, at: float) -> None:
        super().__init__(key, at, Stream())
        self.opener: Opener | None = None
        self.tries = 0


def is_long(data: bytes, at: int, end: int) -> bool:
    """A long header with the fixed bit: what every connection begins with."""
    return end - at >= 7 and data[at] & 0xC0 == 0xC0


def version(data: bytes, at: int) -> int:
    return int.from_bytes(data[at + 1 : at + 5], "big")


def is_foreign(data: bytes) -> bool:
    """The first packet of a version that we cannot read; 0 is a server's list of versions."""
    return (
        len(data) >= _SMALLEST_FIRST
        and is_long(data, 0, len(data))
        and version(data, 0) not in {0, *_INITIAL}
    )


def initials(data: bytes, at: int, end: int) -> Iterator[Initial]:
    """Of one datagram, passing over what else travels in it."""
    for _ in range(MOST_PACKETS):
        if not is_long(data, at, end):
            return
        spoken = version(data, at)
        kind = data[at] >> 4 & 3
        if spoken not in _INITIAL or kind == _RETRY[spoken]:
            return
        place = at + 6
        destination = data[place : place + data[at + 5]]
        if len(destination) > _LARGEST_NAME:
            return
        place += data[at + 5]
        place += 1 + data[place]  # the source
        if kind == _INITIAL[spoken]:
            token, place = number(data, place)
            place += token
        size, place = number(data, place)
        if place + size > end or size < _SMALLEST:
            return
        if kind == _INITIAL[spoken]:
            yield Initial(spoken, destination, at, place, place + size)
        at = place + size


def number(data: bytes, at: int) -> tuple[int, int]:
    """A number of QUIC's own writing, and what stands behind it."""
    size = 1 << (data[at] >> 6)
    return int.from_bytes(data[at : at + size], "big") & (1 << size * 8 - 2) - 1, at + size


def read(flow: QuicFlow, data: bytes, packet: Initial, unlock: Unlock) -> bool:
    """Put what the packet holds of the hello into the flow's stream. False: it opens with no key we have."""
    if flow.opener is not None and (clear := _open(flow.opener, data, packet)) is not None:
        return _collect(flow, clear)
    own = unlock(packet.version, packet.destination)
    clear = _open(own, data, packet)
    if clear is None:
        return False
    if flow.opener is not None:
        flow.stream = Stream()  # after a Retry the hello is sent anew
    flow.opener = own
    return _collect(flow, clear)


def _open(opener: Opener, data: bytes, packet: Initial) -> bytes | None:
    at = packet.number
    mask = opener.mask(data[at + 4 : at + 20])
    first = data[packet.start] ^ mask[0] & 0x0F
    size = (first & 3) + 1
    plain = bytes(data[at + i] ^ mask[1 + i] for i in range(size))
    header = bytes([first]) + data[packet.start + 1 : at] + plain
    # A connection's first packets have small numbers, so that the short form is the whole number.
    return opener.open(int.from_bytes(plain, "big"), header, data[at + size : packet.end])


def _collect(flow: QuicFlow, clear: bytes) -> bool:
    assert flow.stream is not None
    for offset, piece in crypto(clear):
        flow.stream.add(offset, piece)
    return True


def crypto(clear: bytes) -> Iterator[tuple[int, bytes]]:
    """The CRYPTO frames of an Initial's content, up to one that has no business there."""
    at, end = 0, len(clear)
    for _ in range(MOST_FRAMES):
        at = end - len(clear[at:].lstrip(_PADDING))
        if at >= end:
            return
        kind = clear[at]
        at += 1
        if kind == _CRYPTO:
            offset, at = number(clear, at)
            size, at = number(clear, at)
            yield offset, clear[at : at + size]
            at += size
        elif kind in {_ACK, _ACK_ECN}:
            at = _behind_ack(clear, at, ecn=kind == _ACK_ECN)
        elif kind != _PING:
            return


def _behind_ack(clear: bytes, at: int, *, ecn: bool) -> int:
    """Largest, delay, ranges, first range; then two numbers a range; then three counts."""
    _, at = number(clear, at)
    _, at = number(clear, at)
    ranges, at = number(clear, at)
    for _ in range(1 + min(ranges, MOST_FRAMES) * 2 + (3 if ecn else 0)):
        _, at = number(clear, at)
    return at
