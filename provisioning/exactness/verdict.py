"""The set of points that the PCs numbered against the set that InfluxDB holds: what is missing, what is there twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from collector import lineprotocol, schema
from collector.clock import at_second, local
from collector.lineprotocol import Point

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from collector.influx import Influx, Series
    from collector.roster import Roster

SLICE = 60  # seconds of points read at once
_SHOWN = 5  # of each kind of fault
_BOOKS = ("stored", "dead", "in_flight", "shed")

# Measurement, all tags, second.
Key = tuple[str, tuple[tuple[str, str], ...], int]
Message = tuple[str, int]  # stream and number


@dataclass(frozen=True)
class Verdict:
    """Counts of points, of messages where it says so, and a few examples of each fault."""

    messages: int
    points: int  # expected
    missing: int
    changed: int  # there, with other fields
    doubled: int  # there once more, at another time or under another identity
    strange: int  # numbered by nobody
    clashing: int  # of one PC, alike in measurement, tags and second: one overwrote the other
    unsent: int  # messages numbered and never sent
    altered: int  # messages sent again otherwise than before
    late_doubled: int  # messages told of twice as late
    unbalanced: int  # entries in the ledger
    examples: tuple[str, ...]

    @property
    def exact(self) -> bool:
        return not any(
            (
                self.missing,
                self.changed,
                self.doubled,
                self.strange,
                self.clashing,
                self.unsent,
                self.altered,
                self.late_doubled,
                self.unbalanced,
            )
        )


def judge(
    influx: Influx,
    sent: Mapping[Message, tuple[str, ...]],
    numbered: Mapping[str, int],
    altered: int,
    pcs: Mapping[str, tuple[str, str]],
    roster: Roster,
) -> Verdict:
    """`numbered` is the highest number of each stream; `pcs` says whose each stream is."""
    wanted, clashing = expected(sent, pcs, roster)
    found = dict(stored(influx, (time for _, _, time in wanted)))
    unsent = [
        f"{stream} {n}"
        for stream, last in numbered.items()
        for n in range(1, last + 1)
        if (stream, n) not in sent
    ]
    missing = [key for key in wanted if key not in found]
    changed = [key for key, fields in found.items() if wanted.get(key, fields) != fields]
    extra = [key for key in found if key not in wanted]
    contents = {_content(key, fields) for key, fields in wanted.items()}
    doubled = [key for key in extra if _content(key, found[key]) in contents]
    strange = [key for key in extra if _content(key, found[key]) not in contents]
    late = [name for name, times in late_messages(influx).items() if times > 1]
    books = unbalanced(influx)
    faults: dict[str, list[Any]] = {
        "missing": missing,
        "changed": changed,
        "doubled": doubled,
        "strange": strange,
        "clashing": clashing,
        "unsent": unsent,
        "late_doubled": late,
        "unbalanced": books,
    }
    return Verdict(
        messages=sum(numbered.values()),
        points=len(wanted),
        altered=altered,
        examples=tuple(f"{kind}: {fault}" for kind, many in faults.items() for fault in many[:_SHOWN]),
        **{kind: len(many) for kind, many in faults.items()},
    )


def expected(
    sent: Mapping[Message, tuple[str, ...]], pcs: Mapping[str, tuple[str, str]], roster: Roster
) -> tuple[dict[Key, str], list[Key]]:
    """The points of all messages under their PC's identity; and those that another one overwrites."""
    wanted: dict[Key, str] = {}
    clashing: list[Key] = []
    for (stream, _), lines in sent.items():
        venue, pc = pcs[stream]
        for line in lines:
            point = lineprotocol.decode(line)
            assert point.time is not None  # a spool stamps before it sends
            span = roster.by_id[venue].span_on(local(at_second(point.time)).date())
            assert span is not None  # the trial's venues are registered for good
            tags = {**point.tags, "venue": venue, "pc": pc, "place": span.place, "class": span.klass}
            key = point.measurement, tuple(sorted(tags.items())), point.time
            if key in wanted:
                clashing.append(key)
            wanted[key] = _text(point.fields)
    return wanted, clashing


def stored(influx: Influx, times: Iterable[int]) -> Iterator[tuple[Key, str]]:
    """All that the database holds of what agents send, read in slices; `times` is where most is to be found."""
    known = sorted(set(times)) or [0]
    edges = [None, *range(known[0], known[-1] + SLICE, SLICE), None]
    for measurement in schema.MEASUREMENTS:
        if measurement.writer is not schema.Writer.AGENT:
            continue
        for since, until in pairwise(edges):
            bounds = [f"time >= {since}s"] if since is not None else []
            bounds += [f"time < {until}s"] if until is not None else []
            where = " AND ".join(bounds)
            text = f'SELECT * FROM "{measurement.name}" WHERE {where}'  # noqa: S608 - our own names and numbers
            for series in influx.query(text):
                yield from _points(measurement, series)


def late_messages(influx: Influx) -> Counter[tuple[str, int]]:
    """How often each message was told of as late."""
    return Counter(
        (row["stream"], row["n"])
        for series in influx.query("SELECT stream, n FROM late")
        for row in _rows(series)
    )


def unbalanced(influx: Influx) -> list[dict[str, Any]]:
    """Entries of the ledger whose sides differ."""
    return [
        row
        for series in influx.query("SELECT * FROM ledger")
        for row in _rows(series)
        if row["received"] != sum(row[name] for name in _BOOKS)
    ]


def _points(measurement: schema.Measurement, series: Series) -> Iterator[tuple[Key, str]]:
    for row in _rows(series):
        tags = {name: row[name] for name in measurement.tag_names if row.get(name)}
        fields = {
            field.name: field.kind.value(row[field.name])  # JSON writes 5.0 as 5
            for field in measurement.fields
            if not field.after_hours_of and row.get(field.name) is not None
        }
        second, rest = divmod(row["time"], 1000)
        assert rest == 0, row  # agents stamp in whole seconds
        yield (measurement.name, tuple(sorted(tags.items())), second), _text(fields)


def _rows(series: Series) -> Iterator[dict[str, Any]]:
    return (dict(zip(series.columns, row, strict=True)) for row in series.rows)


def _content(key: Key, fields: str) -> tuple[object, ...]:
    """What a point says of whom, whenever and wherever."""
    own = tuple((name, value) for name, value in key[1] if name not in {"place", "class"})
    return key[0], own, fields


def _text(fields: Mapping[str, lineprotocol.Value]) -> str:
    return lineprotocol.encode(Point("x", {}, dict(fields)))
