"""Lines of `after_hours` that come from single lines of messages: they must not make less of what is stored.

Of games that ran at the same time the longest counts, and a line alone does not know the others.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from collector import lineprotocol
from collector.influxql.late import after_hours_between
from collector.ingest.beside import NAME
from collector.lineprotocol import Point

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from collector.influx import Influx

_Key = tuple[str, str, int]  # venue, PC, stamp


def raised(lines: Sequence[str], influx: Influx) -> dict[str, str]:
    """Each line of `after_hours` among these, and what it must be: the most of any of them and of what is stored.

    Unavailable or Refused where the database does not say.
    """
    points = {line: lineprotocol.decode(line) for line in lines if line.startswith(f"{NAME},")}
    most: dict[_Key, dict[str, int]] = defaultdict(dict)
    for point in points.values():
        _raise(most[_key(point)], point.fields)
    for key, fields in _stored(most.keys(), influx):
        _raise(most[key], fields)
    return {
        line: lineprotocol.encode(Point(NAME, point.tags, {**most[_key(point)]}, point.time))
        for line, point in points.items()
    }


def _stored(keys: Iterable[_Key], influx: Influx) -> Iterator[tuple[_Key, Mapping[str, lineprotocol.Value]]]:
    wanted: dict[tuple[str, str], set[int]] = defaultdict(set)
    for venue, pc, stamp in keys:
        wanted[venue, pc].add(stamp)
    for (venue, pc), stamps in wanted.items():
        for series in influx.query(after_hours_between(venue, pc, min(stamps), max(stamps))):
            for ms, play, use in series.rows:
                if ms // 1000 in stamps:
                    yield (venue, pc, ms // 1000), {"play": play, "use": use}


def _raise(most: dict[str, int], fields: Mapping[str, lineprotocol.Value]) -> None:
    for name, value in fields.items():
        if isinstance(value, int):
            most[name] = max(most.get(name, 0), value)


def _key(point: Point) -> _Key:
    assert point.time is not None
    return point.tags["venue"], point.tags["pc"], point.time
