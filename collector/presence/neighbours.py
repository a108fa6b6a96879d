"""Whether neighbours prove that a PC vanished alone: one of them was heard without a break all the while."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from collector.presence.facts import Message, Times


def vanished_alone(messages: Mapping[str, Sequence[Message]], pc: str, last: int, times: Times) -> bool:
    """`messages` of the venue's PCs around `last`, the stamp of this PC's last message.

    A message whose spool was empty when it was sampled proves that all before it had been acknowledged: the
    line stood. What a spool brings later fills the same seconds and proves nothing, nor does a neighbour
    that had to start again: whatever stopped it may have stopped both.
    """
    return any(_unbroken(rows, last, times) for name, rows in messages.items() if name != pc)


def window(last: int, times: Times) -> tuple[int, int]:
    """The seconds whose messages `vanished_alone` wants."""
    return int(last - times.no_break), int(last + times.settled)


def _unbroken(rows: Sequence[Message], last: int, times: Times) -> bool:
    """From before its last message until long enough after, with no message waiting and none left out."""
    inside = sorted((row for row in rows if row.at >= last - times.no_break), key=lambda row: row.at)
    reach: list[Message] = []
    for row in inside:
        reach.append(row)
        if row.at >= last + times.ahead:
            break
    if not reach or reach[0].at > last + times.no_break / 2 or reach[-1].at < last + times.ahead:
        return False
    if any(row.queued for row in reach):
        return False
    return all(b.at - a.at <= times.no_break and b.stream == a.stream for a, b in pairwise(reach))
