"""What ingest refused within the last day, by reason, as far as the sender is in the registry."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from collector.influxql.doctor import refusal_counts
from collector.ingest.deadletter import STRANGER
from provisioning.doctor.check import Check, warning

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from collector.influx import Series
    from provisioning.doctor.check import Here, Said

DAY = 86_400


def look(here: Here) -> Iterator[Said]:
    since = here.clock.wall().timestamp() - DAY
    counts = gains(here.influx.query(refusal_counts("2d")), since)
    told = {reason: count for reason, count in sorted(counts.items()) if count and reason not in STRANGER}
    if told:
        yield warning(
            "refused since yesterday: " + ", ".join(f"{count} {reason}" for reason, count in told.items())
        )


def gains(series: Iterable[Series], since: float) -> Counter[str]:
    """By how much each reason's counts grew since a moment; one that falls is of a process that began anew."""
    found: Counter[str] = Counter()
    rows: dict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
    for one in series:
        for at, count in zip(one.column("time"), one.column("count"), strict=True):
            rows[one.tags["worker"], one.tags["reason"]].append((at / 1000, int(count)))
    for (_, reason), points in rows.items():
        last = 0
        for at, count in sorted(points):
            if at >= since:
                found[reason] += count - last if count >= last else count
            last = count
    return found


CHECK = Check(
    "QN-D010",
    "refusals",
    "Was anything refused within the last day?",
    "`quannet deadletter` shows it; the table of reasons stands in docs/operate.md",
    look,
)
