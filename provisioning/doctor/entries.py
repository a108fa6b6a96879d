"""The books of the ingest processes, as the database has them, in order of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector.influxql.doctor import ledger_entries

if TYPE_CHECKING:
    from collections.abc import Iterable

    from collector.influx import Influx, Series

SINCE = "1h"
# These only grow while a process lives.
GROWING = ("stored", "dead", "shed", "lines_stored", "lines_dead", "write_errors")


@dataclass(frozen=True)
class Entry:
    """`at` is in epoch seconds."""

    at: int
    counts: dict[str, int]

    @property
    def balanced(self) -> bool:
        c = self.counts
        return c["received"] == c["stored"] + c["dead"] + c["in_flight"] + c["shed"]

    def restarts(self, before: Entry) -> bool:
        """Whether the process began anew since an earlier entry: then it counts from nothing."""
        return self.counts["received"] < before.counts["received"]

    def gain(self, before: Entry, name: str) -> int:
        """What a count has grown by since an earlier entry."""
        return self.counts[name] - (0 if self.restarts(before) else before.counts[name])


def entries(influx: Influx) -> dict[str, list[Entry]]:
    """Those of the last hour, by worker."""
    return read(influx.query(ledger_entries(SINCE)))


def read(series: Iterable[Series]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for one in series:
        names = one.columns[1:]
        rows = (dict(zip(names, (int(value or 0) for value in row[1:]), strict=True)) for row in one.rows)
        times = (int(at // 1000) for at in one.column("time"))
        found[one.tags["worker"]] = [Entry(at, counts) for at, counts in zip(times, rows, strict=True)]
    return dict(sorted(found.items()))
