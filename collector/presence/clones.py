"""Two agents under one identity: who is suspected by the numbers of all PCs, and what the messages then prove."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from collector.presence.facts import COPIED_DISK, TWO_AGENTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from collector.presence.facts import Key, Message

SWITCHES = 3  # A B A B: two restarts of one PC among the messages that are compared make two at most
_GAP = 60  # numbers that are missing, of some 20; a spool that is still coming in leaves less
MOST = 50  # PCs that are looked at in one round, others in the next
_NOT_SYNCHRONISED = "pc"


@dataclass(frozen=True)
class Numbers:
    """Of a PC's messages that are compared: streams, messages, and the highest number less the lowest."""

    streams: int
    messages: int
    span: int

    @property
    def suspicious(self) -> bool:
        """More than one stream; or in one stream a number twice, or two ranges far apart."""
        return self.streams > 1 or self.messages > self.span + 1 or self.span > self.messages + _GAP


def suspects(numbers: Mapping[Key, Numbers], turn: int) -> list[Key]:
    """Who is to be looked at in this round: all, or of too many a share that moves on with each turn."""
    found = sorted(key for key, row in numbers.items() if row.suspicious)
    if len(found) <= MOST:
        return found
    start = turn * MOST % len(found)
    return (found + found)[start : start + MOST]


def judge(messages: Sequence[Message]) -> str:
    """The cause, or empty.

    One agent's messages in the order of their stamps go on in one stream by rising numbers. A new
    installation changes the stream once; a disk that is reset at each boot steps back in its numbers once a
    boot; an old spool's replay has old stamps. Two agents at once change or step back again and again.
    What a PC's own clock stamped before it was ever synchronised may stand anywhere and proves nothing.
    """
    timed = sorted((m for m in messages if m.clock != _NOT_SYNCHRONISED), key=lambda m: m.at)
    steps = list(pairwise(timed))
    changes = sum(a.stream != b.stream for a, b in steps)
    if changes >= SWITCHES and len({m.stream for m in timed}) <= changes:
        return TWO_AGENTS
    if sum(a.stream == b.stream and b.n <= a.n for a, b in steps) >= SWITCHES:
        return COPIED_DISK
    return ""
