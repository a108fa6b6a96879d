"""One message from the broker -> lines for InfluxDB, acknowledgements, and what could not be taken. Pure.

Identity comes from topic and roster as valid at each point's own time, so that a message sent again
after a change of the registry still overwrites itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from collector import lineprotocol, schema, wire
from collector.ingest.hours import DAY, Windows, after_hours, local_day

if TYPE_CHECKING:
    from collector.lineprotocol import Point
    from collector.roster import Roster, Venue

_AGENTS = {m.name: m for m in schema.MEASUREMENTS if m.writer is schema.Writer.AGENT}
# Of each: the tags that its writer sets, and the fields that are computed here. Asked for each line.
_OWN_TAGS = {name: frozenset(tag.name for tag in m.tags) for name, m in _AGENTS.items()}
_DERIVED = {name: tuple(f for f in m.fields if f.after_hours_of) for name, m in _AGENTS.items()}
_EPOCH = date(1970, 1, 1)
_DAYS_CACHED = 100_000


@dataclass(frozen=True)
class Bounds:
    """What a timestamp may be, in seconds around the server's clock."""

    future: int = 60
    past: int = 8 * DAY  # a day longer than a spool keeps


@dataclass(frozen=True)
class Dead:
    """Something refused: one word of reason, what is wrong, and the bytes as they came."""

    reason: str
    detail: str
    topic: str
    payload: bytes


@dataclass
class Taken:
    """What one payload gave. `stored` and `dead` count messages; `lines` are ready for the database."""

    lines: list[str] = field(default_factory=list)
    acks: list[tuple[str, str, str, int]] = field(default_factory=list)  # venue, pc, stream, n
    refused: list[Dead] = field(default_factory=list)
    received: int = 0
    dead: int = 0


class _RefusalError(ValueError):
    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True)
class _Day:
    tags: dict[str, str]  # place and class
    windows: Windows


class Pipeline:
    """The roster's answers, cached by venue and day. Make a new one when the roster changes."""

    def __init__(self, roster: Roster, bounds: Bounds = Bounds()) -> None:
        self.roster = roster
        self._bounds = bounds
        self._days: dict[tuple[str, int], _Day | None] = {}

    def take(self, topic: str, payload: bytes, now: int) -> Taken:
        """`now` is the server's clock in epoch seconds. Never raises for anything that a payload holds."""
        taken = Taken()
        try:
            name, pc, kind = wire.parse_topic(topic)
            if kind != "data":
                raise wire.WireError("topic", f"{kind} is not for ingest")
            frames = wire.decode(payload)
        except wire.WireError as fault:
            taken.received = taken.dead = 1
            taken.refused.append(Dead(fault.reason, fault.detail, topic, payload))
            return taken
        taken.acks = [(name, pc, frame.stream, frame.n) for frame in frames]
        numbered = [frame for frame in frames if frame.n]
        taken.received = len(numbered)
        venue = self.roster.by_id.get(name)
        if venue is None or pc not in venue.pcs:
            # Acknowledged, or the PC would send it for ever; kept whole among the dead letters.
            if numbered:
                reason = "venue" if venue is None else "pc"
                taken.dead = len(numbered)
                taken.refused.append(Dead(reason, f"{name}/{pc} is not in the registry", topic, payload))
            return taken
        for frame in numbered:
            self._message(frame, venue, pc, topic, now, taken)
        return taken

    def _message(self, frame: wire.Frame, venue: Venue, pc: str, topic: str, now: int, taken: Taken) -> None:
        own: list[str] = []
        refused: list[Dead] = []
        numbered = False
        for line in frame.lines:
            try:
                point = lineprotocol.decode(line)
                good = self._line(point, venue, pc, now)
                if point.measurement == "agent":
                    if numbered or (point.fields.get("stream"), point.fields.get("n")) != (
                        frame.stream,
                        frame.n,
                    ):
                        raise _RefusalError("number", "the agent line does not say what the header says")
                    numbered = True
                own.append(good)
            except _RefusalError as fault:
                refused.append(Dead(fault.reason, str(fault), topic, line.encode()))
            except ValueError as fault:
                refused.append(Dead("line", str(fault), topic, line.encode()))
        taken.refused += refused
        if numbered:
            taken.lines += own
            return
        # Without its number in the database a message could not be told from a lost one.
        taken.dead += 1
        if not refused:
            whole = wire.encode([frame])
            taken.refused.append(Dead("number", "no agent line", topic, whole))

    def _line(self, point: Point, venue: Venue, pc: str, now: int) -> str:
        measurement = _AGENTS.get(point.measurement)
        if measurement is None:
            raise _RefusalError("measurement", f"{point.measurement} is none that an agent writes")
        time = point.time
        if time is None or time > now + self._bounds.future:
            raise _RefusalError("future", f"stamped {time}, {now} here")
        if time < now - self._bounds.past:
            raise _RefusalError("old", f"stamped {time}, {now} here")
        _check_tags(point, measurement)
        fields = dict(point.fields)
        for name, value in fields.items():
            _check_field(measurement, name, value)
        day = self._day(venue, local_day(time))
        if day is None:
            raise _RefusalError("identity", f"{venue.id} was not in the registry at that time")
        for derived in _DERIVED[measurement.name]:
            base = fields.get(derived.after_hours_of)
            if isinstance(base, int):
                outside = after_hours(time, base, lambda d: _windows(self._day(venue, d)))
                if outside is not None:
                    fields[derived.name] = outside
        return lineprotocol.encode(
            lineprotocol.Point(
                measurement.name, {**point.tags, "venue": venue.id, "pc": pc, **day.tags}, fields, time
            )
        )

    def _day(self, venue: Venue, day: int) -> _Day | None:
        key = (venue.id, day)
        if key not in self._days:
            if len(self._days) >= _DAYS_CACHED:
                self._days.clear()
            when = _EPOCH + timedelta(days=day)
            span, hours = venue.span_on(when), venue.hours_on(when)
            self._days[key] = (
                None
                if span is None
                else _Day(
                    {"place": span.place, "class": span.klass}, None if hours is None else hours.windows
                )
            )
        return self._days[key]


def _windows(day: _Day | None) -> Windows:
    return None if day is None else day.windows


def _check_tags(point: Point, measurement: schema.Measurement) -> None:
    wanted = _OWN_TAGS[measurement.name]
    if point.tags.keys() != wanted:
        raise _RefusalError("tags", f"{sorted(point.tags)} where {measurement.name} has {sorted(wanted)}")


def _check_field(measurement: schema.Measurement, name: str, value: lineprotocol.Value) -> None:
    if not measurement.has_field(name):
        raise _RefusalError("field", f"{measurement.name} has no field {name}")
    known = measurement.field(name)
    if known.after_hours_of:
        raise _RefusalError("field", f"{name} is computed here and not taken from a PC")
    if type(value) is not known.kind.value:
        raise _RefusalError("type", f"{name} is {type(value).__name__}, not {known.kind.name.lower()}")
    size = len(value) if isinstance(value, str) else value
    if not known.low <= size <= known.high:
        raise _RefusalError("range", f"{name} = {str(value)[:40]} is not within {known.low} and {known.high}")
