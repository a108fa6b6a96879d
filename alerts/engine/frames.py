"""From a query's text to labelled series, as Grafana's InfluxDB plugin makes them."""

from __future__ import annotations

import re
from collections.abc import Sequence  # noqa: TC003 - a named tuple's types are read at run time
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from alerts.engine.files import Range

_PLACEHOLDER = re.compile(r"\$(\w+)|\[\[(\w+)\]\]")

Labels = tuple[tuple[str, str], ...]  # sorted by name


class Frame(NamedTuple):
    """One series: a value is None where the database gave null; `times` are theirs in epoch milliseconds.

    A tuple, since a backtest makes millions of them.
    """

    labels: Labels
    values: Sequence[float | None]
    times: Sequence[int] = ()


def labels(pairs: Mapping[str, str]) -> Labels:
    return tuple(sorted(pairs.items()))


def fill_in(query: str, span: Range, now: datetime, interval_ms: int = 1000) -> str:
    """The text that reaches InfluxDB: plain replacement, in Grafana's order; both ends are included."""
    at = round(now.timestamp() * 1000)
    between = f"time >= {at - span.since * 1000}ms and time <= {at - span.until * 1000}ms"
    interval = _interval(interval_ms)
    for macro, text in (
        ("$timeFilter", between),
        ("$interval", interval),
        ("$__interval_ms", str(interval_ms)),
        ("$__interval", interval),
    ):
        query = query.replace(macro, text)
    return query


def frames(result: Mapping[str, Any], alias: str = "") -> list[Frame]:
    """The first result of an answer as series; an empty list is Grafana's NoData."""
    found = [frame for row in result.get("series", ()) for frame in _row(row, alias)]
    if any(frame.labels for _, frame in found):
        return [frame for _, frame in found]
    # Without a single label Grafana tells the series apart by their names.
    return [frame._replace(labels=(("__name__", name),)) for name, frame in found]


def _row(row: Mapping[str, Any], alias: str) -> Iterator[tuple[str, Frame]]:
    """A frame for each column but the time, with the name that Grafana shows."""
    tags = labels({name: value or "" for name, value in row.get("tags", {}).items()})
    rows = row.get("values", ())
    clock = row["columns"].index("time")
    times = tuple(int(cells[clock]) for cells in rows)
    for index, column in enumerate(row["columns"]):
        if column == "time":
            continue
        cells = [cells[index] for cells in rows]
        first = next((cell for cell in cells if cell is not None), None)
        if isinstance(first, str | bool):
            continue  # texts and booleans are no numbers: Grafana drops the frame
        values = tuple(None if cell is None else float(cell) for cell in cells)
        yield _display_name(alias, row["name"], column), Frame(tags, values, times)


def _display_name(alias: str, measurement: str, column: str) -> str:
    if not alias:
        return f"{measurement}.{column}"
    words = {"m": measurement, "measurement": measurement, "col": column}
    return _PLACEHOLDER.sub(lambda match: words.get(match[1] or match[2], match[0]), alias)


def _interval(milliseconds: int) -> str:
    """Floored to its largest unit: 90 seconds are 1m."""
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)):
        if milliseconds >= size:
            return f"{milliseconds // size}{unit}"
    return f"{milliseconds}ms"
