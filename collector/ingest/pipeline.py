"""One message from the broker -> lines for InfluxDB, acknowledgements, and what could not be taken. Pure.

Identity comes from topic and roster as valid at each point's own time, so that a message sent again
after a change of the registry still overwrites itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeVar

from collector import lineprotocol, schema, wire
from collector.hours import DAY, Windows, absolute, after_hours, local_day
from collector.ingest.beside import Beside
from collector.ingest.late import LATE_AFTER, find
from collector.ingest.shapes import SHAPES

if TYPE_CHECKING:
    from collector.ingest.late import Finding
    from collector.lineprotocol import Point
    from collector.roster import Roster, Venue

_AGENTS = {m.name: m for m in schema.MEASUREMENTS if m.writer is schema.Writer.AGENT}
# Of each: the tags that its writer sets, and the fields that are computed here. Asked for each line.
_OWN_TAGS = {name: frozenset(tag.name for tag in m.tags) for name, m in _AGENTS.items()}
_DERIVED = {name: tuple(f for f in m.fields if f.after_hours_of) for name, m in _AGENTS.items()}
_EPOCH = date(1970, 1, 1)
_CACHED = 100_000  # entries of each cache: every PC of a large province

# A line for the database, its stamp, of an `agent` line the stream and number that it says, and the seconds of what
# the line tells that lie outside the allowed hours.
_Good = tuple[str, int, tuple[str, int] | None, int]
_Key = TypeVar("_Key")
_What = TypeVar("_What")


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
    """What one payload gave. `received` and `dead` count messages; `lines` are ready for the database."""

    lines: list[str] = field(default_factory=list)
    acks: list[tuple[str, str, str, int]] = field(default_factory=list)  # venue, pc, stream, n
    refused: list[Dead] = field(default_factory=list)
    answers: list[tuple[str, str, bytes]] = field(default_factory=list)  # venue, pc, a refusal to show
    late: list[Finding] = field(default_factory=list)
    stranger: tuple[str, str] | None = None  # venue and name of a PC that is in no registry
    received: int = 0
    dead: int = 0


class _RefusalError(ValueError):
    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True)
class _Day:
    """What a venue is on a local day: place and class, the hours as the policy has them and in epoch seconds.

    `before` and `after` are its identity as a line's tags, which a PC's name is put between.
    """

    tags: dict[str, str]
    before: str
    after: str
    windows: Windows
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class _Sender:
    venue: str
    pc: str
    registered: Venue | None  # None where the registry knows no such venue or PC


class Pipeline:
    """The roster's answers, cached by topic and by venue and day. Make a new one when the roster changes."""

    def __init__(self, roster: Roster, bounds: Bounds = Bounds()) -> None:
        self.roster = roster
        self._bounds = bounds
        self._senders: dict[str, _Sender] = {}
        self._days: dict[tuple[str, int], _Day | None] = {}

    def take(self, topic: str, payload: bytes, now: int) -> Taken:
        """`now` is the server's clock in epoch seconds. Never raises for anything that a payload holds."""
        taken = Taken()
        sender: _Sender | None = None
        try:
            sender = self._sender(topic)
            frames = wire.decode(payload)
        except wire.WireError as fault:
            taken.received = taken.dead = 1
            taken.refused.append(Dead(fault.reason, fault.detail, topic, payload))
            if sender is not None:
                taken.answers.append((sender.venue, sender.pc, wire.encode_refusal(payload, fault)))
            return taken
        name, pc = sender.venue, sender.pc
        for frame in frames:
            taken.acks.append((name, pc, frame.stream, frame.n))
            if frame.n:
                taken.received += 1
        if sender.registered is None:
            # Acknowledged, or the PC would send it for ever; kept whole among the dead letters.
            if taken.received:
                taken.dead = taken.received
                taken.stranger = (name, pc) if name in self.roster.by_id else None
                why = self._unregistered(sender)
                taken.refused.append(Dead(why.reason, str(why), topic, payload))
            return taken
        for frame in frames:
            if frame.n:
                self._message(frame, sender.registered, pc, topic, now, taken)
        return taken

    def _unregistered(self, sender: _Sender) -> _RefusalError:
        reason = "pc" if sender.venue in self.roster.by_id else "venue"
        return _RefusalError(reason, f"{sender.venue}/{sender.pc} is not in the registry")

    def _sender(self, topic: str) -> _Sender:
        known = self._senders.get(topic)
        if known is None:
            name, pc, kind = wire.parse_topic(topic)
            if kind != "data":
                raise wire.WireError("topic", f"{kind} is not for ingest")
            venue = self.roster.by_id.get(name)
            known = _Sender(name, pc, venue if venue is not None and pc in venue.pcs else None)
            _keep(self._senders, topic, known)
        return known

    def _message(self, frame: wire.Frame, venue: Venue, pc: str, topic: str, now: int, taken: Taken) -> None:
        own: list[str] = []
        refused: list[Dead] = []
        numbered = False
        stamp = now
        beside: Beside | None = None
        for line in frame.lines:
            try:
                good, stamp, numbering, outside = self._quickly(line, venue, pc, now) or self._carefully(
                    line, venue, pc, now
                )
                if numbering is not None:
                    if numbered or numbering != (frame.stream, frame.n):
                        raise _RefusalError("number", "the agent line does not say what the header says")
                    numbered = True
                own.append(good)
                if outside:
                    beside = beside or Beside()
                    beside.add(good, stamp, outside)
            except _RefusalError as fault:
                refused.append(Dead(fault.reason, str(fault), topic, line.encode()))
            except ValueError as fault:
                refused.append(Dead("line", str(fault), topic, line.encode()))
        if not numbered:
            taken.dead += 1
            taken.refused.append(_unnumbered(frame, refused, topic))
            return
        taken.lines += own
        taken.refused += refused
        if beside is not None:
            taken.lines += beside.lines(lambda at: self._identity(venue, pc, at))
        if now - stamp > LATE_AFTER and (finding := find(own, frame.stream, frame.n, now)) is not None:
            taken.late.append(finding)

    def take_line(self, topic: str, line: str, now: int) -> Taken:
        """One line of a message whose other lines are stored, as a dead letter keeps it."""
        taken = Taken()
        try:
            sender = self._sender(topic)
            if sender.registered is None:
                raise self._unregistered(sender)
            venue, pc = sender.registered, sender.pc
            good, stamp, numbering, outside = self._carefully(line, venue, pc, now)
            if numbering is not None:
                raise _RefusalError("number", "the message has its agent line already")
            taken.lines.append(good)
            if outside:
                beside = Beside()
                beside.add(good, stamp, outside)
                taken.lines += beside.lines(lambda at: self._identity(venue, pc, at))
        except ValueError as fault:
            reason = fault.reason if isinstance(fault, _RefusalError | wire.WireError) else "line"
            taken.refused.append(Dead(reason, str(fault), topic, line.encode()))
        return taken

    def _quickly(self, line: str, venue: Venue, pc: str, now: int) -> _Good | None:
        """A line as our own agents spell it; None sends it the careful way, which takes it or says why not."""
        shape = SHAPES.get(line[: line.find(" ")].partition(",")[0])
        if shape is None or (match := shape.pattern.fullmatch(line)) is None:
            return None
        numbering = None
        if shape.numbering is not None:
            stream, n = (match[group] for group in shape.numbering)
            if stream is None or n is None:
                return None
            numbering = stream, int(n)
        stamp = int(match[shape.stamp])
        if not now - self._bounds.past <= stamp <= now + self._bounds.future:
            return None
        day = self._day(venue, local_day(stamp))
        if day is None:
            return None
        derived, beside = "", 0
        for group, name in shape.bases:
            base = match[group]
            if base is not None:
                outside = self._outside(venue, day, stamp, int(base))
                if outside is not None:
                    derived, beside = f"{name}={outside}i,", outside
        tags = f"{day.before}{pc}{day.after}{match[shape.tags]}"
        good = f"{shape.name}{tags} {derived}{match[shape.fields]} {stamp}"
        return good, stamp, numbering, beside

    def _carefully(self, line: str, venue: Venue, pc: str, now: int) -> _Good:
        """Any line. _RefusalError or ValueError says what is wrong with it."""
        point = lineprotocol.decode(line)
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
        beside = 0
        for derived in _DERIVED[measurement.name]:
            base = fields.get(derived.after_hours_of)
            if isinstance(base, int):
                outside = self._outside(venue, day, time, base)
                if outside is not None:
                    fields[derived.name] = beside = outside
        tags = {**point.tags, "venue": venue.id, "pc": pc, **day.tags}
        good = lineprotocol.encode(lineprotocol.Point(measurement.name, tags, fields, time))
        if measurement.name != "agent":
            return good, time, None, beside
        return good, time, (str(fields.get("stream")), int(fields.get("n", 0))), 0

    def _identity(self, venue: Venue, pc: str, stamp: int) -> str:
        """The tags of a PC at a time of which a line was taken."""
        day = self._day(venue, local_day(stamp))
        assert day is not None
        return f"{day.before}{pc}{day.after}"

    def _outside(self, venue: Venue, day: _Day, end: int, seconds: int) -> int | None:
        """Seconds of [end - seconds, end) outside the allowed hours; None where no rule is known."""
        start = end - seconds
        for opens, closes in day.spans:  # as a rule all of it lies within one span of the stamp's own day
            if opens <= start and end <= closes:
                return 0
        return after_hours(end, seconds, lambda d: _windows(self._day(venue, d)))

    def _day(self, venue: Venue, day: int) -> _Day | None:
        key = (venue.id, day)
        if key not in self._days:
            when = _EPOCH + timedelta(days=day)
            span, hours = venue.span_on(when), venue.hours_on(when)
            windows = None if hours is None else hours.windows
            what = None
            if span is not None:
                tags = {"place": span.place, "class": span.klass}
                before, after = f",class={span.klass},pc=", f",place={span.place},venue={venue.id}"
                spans = tuple(absolute(day, window) for window in windows or ())
                what = _Day(tags, before, after, windows, spans)
            _keep(self._days, key, what)
        return self._days[key]


def _unnumbered(frame: wire.Frame, refused: list[Dead], topic: str) -> Dead:
    """Without its number in the database a message could not be told from a lost one. It is kept whole:
    its other lines are good, and stored when what is wrong with the one has been mended.
    """
    guilty = next((dead for dead in refused if dead.payload.startswith(b"agent")), None)
    reason, detail = (guilty.reason, guilty.detail) if guilty else ("number", "no agent line")
    return Dead(reason, detail, topic, wire.encode([frame]))


def _keep(cache: dict[_Key, _What], key: _Key, what: _What) -> None:
    """In a cache that begins anew when it is full."""
    if len(cache) >= _CACHED:
        cache.clear()
    cache[key] = what


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
