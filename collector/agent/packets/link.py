"""Where the IP packet begins in a captured frame: Ethernet with tags, bare IP, Linux's cooked headers."""

from __future__ import annotations

from enum import IntEnum


class Link(IntEnum):
    """Numbers as in capture files. A packet socket's SOCK_DGRAM, and tun devices, deliver bare IP: RAW."""

    ETHERNET = 1
    RAW = 101
    COOKED = 113
    COOKED2 = 276


_IP = frozenset({0x0800, 0x86DD})
_TAGS = frozenset({0x8100, 0x88A8, 0x9100})
_MOST_TAGS = 4


def network(frame: bytes, link: Link) -> int:
    """The offset of the IP header; -1 where the frame carries something else."""
    if link is Link.ETHERNET:
        at = 12
    elif link is Link.RAW:
        return 0 if frame and frame[0] >> 4 in {4, 6} else -1
    elif link is Link.COOKED:
        at = 14
    else:  # protocol first, then 18 bytes of interface and address
        return 20 if len(frame) > 20 and frame[0] << 8 | frame[1] in _IP else -1
    for _ in range(_MOST_TAGS):
        if len(frame) < at + 2:
            return -1
        kind = frame[at] << 8 | frame[at + 1]
        if kind in _IP:
            return at + 2
        if kind not in _TAGS:
            return -1
        at += 4
    return -1
