"""One PC's message numbers -> what is wrong with them. Pure."""

from __future__ import annotations

import enum
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class Kind(enum.Enum):
    """What may be found. A new stream is news and no fault: an agent was installed anew."""

    GAP = "gap"
    TWICE = "twice"
    TOGETHER = "together"
    NEW_STREAM = "new stream"

    @property
    def is_fault(self) -> bool:
        return self is not Kind.NEW_STREAM


class Why(enum.Enum):
    """What explains a gap."""

    REFUSED = "refused: its messages lie among the dead letters"
    DROPPED = "given up by the agent: its spool was full or the messages too old"
    WAITING = "perhaps still on the PC: the agent held as many when it was last heard"
    UNKNOWN = "unexplained"


@dataclass(frozen=True)
class Stored:
    """One stored message: epoch seconds, number, stream."""

    time: int
    n: int
    stream: str


@dataclass(frozen=True)
class Known:
    """What the database says of a stream outside the rows at hand.

    `before` is its highest number ahead of them (None: there is none), `dropped` what it has given up
    since then, `queued` what it held when it was last heard, `refused` its numbers among the dead letters.
    """

    before: int | None = None
    dropped: int = 0
    queued: int = 0
    refused: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Finding:
    """The numbers `first` to `last` of a stream. `begin` and `end` are the stored moments on either side of
    them, in epoch seconds, or their own; `begin` is None where nothing is stored before. `of` is how many there are.
    """

    venue: str
    pc: str
    stream: str
    kind: Kind
    first: int
    last: int
    of: int
    begin: int | None
    end: int
    why: Why | None = None


def examine(
    venue: str, pc: str, rows: Iterable[Stored], known: Mapping[str, Known], before: Stored | None = None
) -> list[Finding]:
    """All that is to be said of one PC, in the order of its streams and numbers.

    `before` is the last message ahead of the rows.
    """
    streams: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        streams[row.stream][row.n].append(row.time)
    spans = {
        stream: (min(map(min, numbers.values())), max(map(max, numbers.values())))
        for stream, numbers in streams.items()
    }
    if before is not None:
        begin, end = spans.get(before.stream, (before.time, before.time))
        spans[before.stream] = (min(before.time, begin), end)
    ordered = sorted(spans, key=lambda stream: spans[stream])
    found: list[Finding] = []
    for position, stream in enumerate(ordered):
        if stream not in streams:
            continue
        about = known.get(stream, Known())
        numbers = streams[stream]
        found += _begun(venue, pc, stream, spans, ordered[:position], about)
        found += _gaps(venue, pc, stream, numbers, about)
        found += _twice(venue, pc, stream, numbers)
    return found


def _begun(
    venue: str,
    pc: str,
    stream: str,
    spans: Mapping[str, tuple[int, int]],
    earlier: Sequence[str],
    about: Known,
) -> list[Finding]:
    """A stream behind another one: after it is a new installation, beside it is a second PC under one name."""
    begin, end = spans[stream]
    beside = [other for other in earlier if spans[other][1] > begin]
    if beside:
        until = min(end, max(spans[other][1] for other in beside))
        return [Finding(venue, pc, stream, Kind.TOGETHER, 0, 0, len(beside) + 1, begin, until)]
    if earlier and about.before is None:
        return [Finding(venue, pc, stream, Kind.NEW_STREAM, 0, 0, 1, spans[earlier[-1]][1], begin)]
    return []


def _gaps(
    venue: str, pc: str, stream: str, numbers: Mapping[int, Sequence[int]], about: Known
) -> list[Finding]:
    present = sorted(numbers)
    gaps: list[tuple[int, int, int | None, int]] = []
    previous = about.before or 0
    at: int | None = None
    for n in present:
        if n > previous + 1:
            gaps.append((previous + 1, n - 1, at, min(numbers[n])))
        previous, at = max(n, previous), max(numbers[n])
    missing = sum(last - first + 1 for first, last, _, _ in gaps)
    refused = {first: sum(first <= n <= last for n in about.refused) for first, last, _, _ in gaps}
    lost = missing - sum(refused.values())
    return [
        Finding(
            venue, pc, stream, Kind.GAP, first, last, last - first + 1, begin, end,
            Why.REFUSED if refused[first] == last - first + 1 else _why(lost, about),
        )
        for first, last, begin, end in gaps
    ]  # fmt: skip


def _why(lost: int, about: Known) -> Why:
    """The agent counts what it gives up and not which, so that this holds of a stream's gaps together."""
    if lost <= about.dropped:
        return Why.DROPPED
    return Why.WAITING if lost <= about.queued else Why.UNKNOWN


def _twice(venue: str, pc: str, stream: str, numbers: Mapping[int, Sequence[int]]) -> list[Finding]:
    """Neighbouring numbers together: a cloned disk doubles hundreds of them."""
    found: list[Finding] = []
    for n in sorted(n for n, times in numbers.items() if len(times) > 1):
        begin, end = min(numbers[n]), max(numbers[n])
        if found and found[-1].last == n - 1:
            last = found.pop()
            first, begin, end = last.first, min(last.begin or begin, begin), max(last.end, end)
        else:
            first = n
        found.append(Finding(venue, pc, stream, Kind.TWICE, first, n, n - first + 1, begin, end))
    return found
