"""The whole database or one venue, in slices of time: cheap sums first, single numbers only where they do not fit."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from collector.audit.numbers import Finding, Known, Stored, examine
from collector.influx import Refused
from collector.influxql.audit import (
    breaks_by_pc,
    number_before,
    numbers_before,
    numbers_by_pc,
    numbers_of,
    stream_before,
    stream_since,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from collector.influx import Influx, Series

SLICE = 3600  # seconds; of a province two million messages
SHORTEST = 60
LOOKBACK = (
    2 * 86_400
)  # seconds in which nearly every PC was heard before; the others are asked for one by one
_ROWS = 86_400  # seconds of one PC's messages that are read at a time
_TOO_LONG = "query-timeout"  # the database's words where a query takes longer than it allows

Pc = tuple[str, str]


@dataclass(frozen=True)
class Audit:
    """What was looked at, and what was found."""

    begin: int
    end: int
    pcs: int
    messages: int
    findings: tuple[Finding, ...]

    @property
    def is_clean(self) -> bool:
        return not any(finding.kind.is_fault for finding in self.findings)


def audit(
    influx: Influx,
    begin: int,
    end: int,
    *,
    venue: str | None = None,
    refused: Mapping[str, frozenset[int]] | None = None,
    slice_: int = SLICE,
    progress: Callable[[str], None] = lambda _: None,
) -> Audit:
    """Messages stamped from `begin` to before `end`, epoch seconds. `refused` are numbers by stream that lie
    among the dead letters. Unavailable or Refused where the database does not answer.
    """
    before = {
        pc: Stored(row["time"] // 1000, row["n"], row["stream"])
        for pc, row in _by_pc(influx, numbers_before(begin - LOOKBACK, begin, venue))
    }
    last = {pc: (message.n, message.stream) for pc, message in before.items()}
    seen: set[Pc] = set()
    suspects: set[Pc] = set()
    messages = 0
    for sums, breaks, until in _sliced(influx, begin, end, venue, slice_):
        suspects |= breaks
        for pc, row in sums:
            if not _follows(row, last.get(pc)):
                suspects.add(pc)
            last[pc] = row["most"], row["stream"]
            messages += row["stored"]
            seen.add(pc)
        progress(f"{(until - begin) * 100 // (end - begin)} %")
    findings: list[Finding] = []
    for number, pc in enumerate(sorted(suspects)):
        progress(f"PC {number + 1} of {len(suspects)} whose numbers do not fit")
        findings += _closely(influx, pc, begin, end, before.get(pc), refused or {})
    return Audit(begin, end, len(seen), messages, tuple(findings))


def _sliced(
    influx: Influx, begin: int, end: int, venue: str | None, length: int
) -> Iterator[tuple[list[tuple[Pc, dict[str, Any]]], set[Pc], int]]:
    """Of each slice the sums by PC and the PCs with breaks; halves of a slice that is too much for the database."""
    start = begin
    while start < end:
        stop = min(end, start + length)
        try:
            breaks = {pc for pc, _ in _by_pc(influx, breaks_by_pc(start, stop, venue))}
            sums = list(_by_pc(influx, numbers_by_pc(start, stop, venue)))
        except Refused as fault:
            if _TOO_LONG not in str(fault) or length <= SHORTEST:
                raise
            length = max(SHORTEST, length // 2)
            continue
        yield sums, breaks, stop
        start = stop


def _follows(row: Mapping[str, Any], before: tuple[int, str] | None) -> bool:
    """Whether a slice's numbers begin where those before it ended. Within the slice they go up by one."""
    if row["streams"] != 1:
        return False
    if before is None:
        return bool(row["least"] == 1)
    n, stream = before
    return bool(row["stream"] == stream and row["least"] == n + 1)


def _closely(
    influx: Influx,
    of: Pc,
    begin: int,
    end: int,
    last_before: Stored | None,
    refused: Mapping[str, frozenset[int]],
) -> list[Finding]:
    venue, pc = of
    if last_before is None:
        row = _one(influx, number_before(venue, pc, begin))
        last_before = Stored(row["time"] // 1000, row["n"], row["stream"]) if row["n"] else None
    rows = [
        Stored(time // 1000, n, stream)
        for start, stop in _slices(begin, end, _ROWS)
        for series in influx.query(numbers_of(venue, pc, start, stop))
        for time, n, stream in series.rows
        if n is not None and stream is not None
    ]
    known: dict[str, Known] = {}
    for stream in {row.stream for row in rows}:
        before = _one(influx, stream_before(venue, pc, stream, begin))
        since = _one(influx, stream_since(venue, pc, stream, begin))
        known[stream] = Known(
            before["n"],
            (since["dropped"] or 0) - (before["dropped"] or 0),
            since["queued"] or 0,
            refused.get(stream, frozenset()),
        )
    return examine(venue, pc, rows, known, last_before)


def _one(influx: Influx, query: str) -> Mapping[str, Any]:
    """The only row of an answer; nothing in it where there is none."""
    for series in influx.query(query):
        for row in _rows(series):
            return row
    return defaultdict(lambda: None)


def _rows(series: Series) -> Iterator[dict[str, Any]]:
    for row in series.rows:
        yield dict(zip(series.columns, row, strict=True))


def _by_pc(influx: Influx, query: str) -> Iterator[tuple[Pc, dict[str, Any]]]:
    for series in influx.query(query):
        for row in _rows(series):
            yield (series.tags["venue"], series.tags["pc"]), row


def _slices(begin: int, end: int, length: int) -> Iterator[tuple[int, int]]:
    for start in range(begin, end, length):
        yield start, min(end, start + length)
