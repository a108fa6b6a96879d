"""IPv4 with options and IPv6 with extension headers, down to where the transport begins.

Fragments are not put together. The first one is read as far as it goes, which is enough for a question and
mostly for an answer's first records; the others are `FRAGMENT`. Checksums are not looked at: a network card
may fill them in after the capture.
"""

from __future__ import annotations

import socket
from typing import NamedTuple

TCP = 6
UDP = 17
FRAGMENT = -1

_SKIPPED = frozenset({0, 43, 60, 135})  # hop-by-hop, routing, destination options, mobility
_FRAGMENT = 44
_AUTHENTICATION = 51
_MOST_HEADERS = 8


class Packet(NamedTuple):
    """`frame[start:end]` is the transport's; what the capture cut off is missing there."""

    protocol: int
    source: bytes
    target: bytes
    start: int
    end: int


def parse(frame: bytes, at: int) -> Packet | None:
    """None where this is no IP packet that holds together."""
    version = frame[at] >> 4
    if version == 4:
        return _version4(frame, at)
    return _version6(frame, at) if version == 6 else None


def text(address: bytes) -> str:
    return socket.inet_ntop(socket.AF_INET if len(address) == 4 else socket.AF_INET6, address)


def _version4(frame: bytes, at: int) -> Packet | None:
    header = (frame[at] & 15) * 4
    if header < 20 or len(frame) < at + header:
        return None
    total = frame[at + 2] << 8 | frame[at + 3]
    # A capture before segmentation by the card may say 0; padding of short frames comes after the total.
    end = min(len(frame), at + total) if total else len(frame)
    offset = (frame[at + 6] & 0x1F) << 8 | frame[at + 7]
    protocol = FRAGMENT if offset else frame[at + 9]
    if end < at + header:
        return None
    return Packet(protocol, frame[at + 12 : at + 16], frame[at + 16 : at + 20], at + header, end)


def _version6(frame: bytes, at: int) -> Packet | None:
    start = at + 40
    if len(frame) < start:
        return None
    length = frame[at + 4] << 8 | frame[at + 5]
    end = min(len(frame), start + length) if length else len(frame)
    kind = frame[at + 6]
    for _ in range(_MOST_HEADERS):
        if kind in _SKIPPED:
            size = (frame[start + 1] + 1) * 8
        elif kind == _AUTHENTICATION:
            size = (frame[start + 1] + 2) * 4
        elif kind == _FRAGMENT:
            if frame[start + 2] << 8 | frame[start + 3] & 0xF8:
                kind = FRAGMENT
                break
            size = 8
        else:
            break
        kind = frame[start]
        start += size
    if start > end:
        return None
    return Packet(kind, frame[at + 8 : at + 24], frame[at + 24 : at + 40], start, end)
