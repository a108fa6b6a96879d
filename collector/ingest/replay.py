"""Dead letters whose cause has been mended, through the pipeline into the database again; what became of each.

A letter is judged by the roster and the schema of today, and by the time at which it arrived: what was too old
then still is, and what was young then may be replayed later. Replaying twice stores the same points again. The
journal is written after the database has them, so that a crash between the two only repeats it.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections import Counter
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from collector import lineprotocol, wire
from collector.ingest.beside import NAME as AFTER_HOURS
from collector.ingest.deadletter import append
from collector.ingest.late import LATE_AFTER, find
from collector.ingest.longest import raised
from collector.ingest.pipeline import Dead
from collector.lineprotocol import Point
from collector.schema import BY_NAME, IDENTITY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from collector.clock import Clock
    from collector.influx import Influx
    from collector.ingest.deadletter import Letter
    from collector.ingest.late import Finding, Lateness
    from collector.ingest.pipeline import Pipeline, Taken
    from collector.ingest.writer import Writer

JOURNAL = "replayed.jsonl"
LOCK = "replay.lock"
BATCH = 500  # letters written at once

# A letter with one of these reasons holds a single line; of the message whose it was the rest is stored.
_OF_A_LINE = frozenset(
    {"line", "measurement", "tags", "field", "type", "range", "future", "old", "identity", "number"}
)
_HEADER = (b"#", b"\x78")  # a whole payload begins so, plain or packed; no line of ours does


@dataclass(frozen=True)
class Outcome:
    """What a replay made of a letter. No reason: it is stored."""

    id: str
    at: str
    reason: str = ""
    detail: str = ""

    @property
    def stored(self) -> bool:
        return not self.reason


@dataclass
class Judged:
    """A letter as it is judged today; `alone` where it holds a single line of a message."""

    letter: Letter
    alone: bool = False
    lines: list[str] = field(default_factory=list)
    late: list[Finding] = field(default_factory=list)
    refused: list[Dead] = field(default_factory=list)

    def add(self, taken: Taken) -> None:
        self.lines += taken.lines
        self.refused += taken.refused


@dataclass(frozen=True)
class _Sent:
    topic: str
    point: Point


@dataclass
class Report:
    """In letters, and in lines for the database; `refused` by reason."""

    stored: int = 0
    lines: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    def count(self, outcomes: Iterable[Outcome], lines: int) -> None:
        for outcome in outcomes:
            self.stored += outcome.stored
            if not outcome.stored:
                self.refused[outcome.reason] += 1
        self.lines += lines


class Journal:
    """What earlier replays made of the letters in a folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / JOURNAL
        self._lock = folder / LOCK

    def read(self) -> dict[str, Outcome]:
        """The last word on each letter; a torn line is none."""
        found: dict[str, Outcome] = {}
        try:
            rows = self._path.read_bytes().splitlines()
        except FileNotFoundError:
            return found
        for row in rows:
            try:
                outcome = Outcome(**json.loads(row))
            except (ValueError, TypeError):
                continue
            found[outcome.id] = outcome
        return found

    @contextmanager
    def held(self) -> Iterator[None]:
        """One replay at a time. BlockingIOError where another one runs."""
        with self._lock.open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as fault:
                raise BlockingIOError(fault.errno, "another replay is at work", str(self._lock)) from None
            yield

    def add(self, outcomes: Iterable[Outcome]) -> None:
        append(self._path, b"".join(map(_row, outcomes)))

    def keep(self, ids: set[str]) -> None:
        """Forget the letters that are no more, so that the journal is bounded as they are."""
        known = self.read()
        kept = [outcome for outcome in known.values() if outcome.id in ids]
        if len(kept) == len(known):
            return
        beside = self._path.with_suffix(".new")
        with beside.open("wb") as file:
            file.write(b"".join(map(_row, kept)))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)


def judge(letter: Letter, pipeline: Pipeline, now: int) -> Judged:
    """What ingest would do with it today, had it come when it did. Pure; `now` tells what is late."""
    judged = Judged(letter)
    arrived = int(letter.at.timestamp())
    if letter.reason == "database":
        _of_database(judged, pipeline, arrived, now)
    elif letter.reason in _OF_A_LINE and not letter.payload.startswith(_HEADER):
        _line(judged, pipeline, letter.topic, letter.payload.decode("utf-8", "replace"), arrived, now)
    else:
        _payload(judged, pipeline, arrived, now)
    return judged


def replay(
    letters: Iterable[Letter],
    pipeline: Pipeline,
    writer: Writer,
    lateness: Lateness,
    influx: Influx,
    journal: Journal,
    clock: Clock,
) -> Report:
    """Store what can be stored now, and note of each letter what became of it.

    Unavailable where the database is away; what was noted until then is done.
    """
    report = Report()
    waiting = iter(letters)
    while some := list(islice(waiting, BATCH)):
        now = clock.wall()
        batch = [judge(letter, pipeline, int(now.timestamp())) for letter in some]
        _raise(batch, influx)
        late = [finding for judged in batch for finding in judged.late]
        # As ingest does: what is late is told first, so that a crash between the two does not lose it.
        writer.write(lateness.lines(late, int(now.timestamp() * 1000)), "ms")
        refused = dict(writer.write([line for judged in batch for line in judged.lines]))
        outcomes = [_outcome(judged, refused, now.isoformat(timespec="seconds")) for judged in batch]
        journal.add(outcomes)
        report.count(outcomes, sum(len(judged.lines) for judged in batch) - len(refused))
    return report


def rehearse(letters: Iterable[Letter], pipeline: Pipeline, clock: Clock) -> Report:
    """What a replay would do, as far as the database does not refuse a line; nothing is written."""
    report = Report()
    now = clock.wall()
    for letter in letters:
        judged = judge(letter, pipeline, int(now.timestamp()))
        report.count([_outcome(judged, {}, now.isoformat(timespec="seconds"))], len(judged.lines))
    return report


def _raise(batch: list[Judged], influx: Influx) -> None:
    """What single lines give must not make less of what their messages' other lines gave."""
    alone = [judged for judged in batch if judged.alone]
    most = raised([line for judged in alone for line in judged.lines], influx)
    for judged in alone:
        judged.lines = [most.get(line, line) for line in judged.lines]


def _outcome(judged: Judged, by_database: dict[str, str], at: str) -> Outcome:
    """Stored only where all of it is: of what is refused the first stands for it."""
    for dead in judged.refused:
        return Outcome(judged.letter.id, at, dead.reason, dead.detail)
    for line in judged.lines:
        if line in by_database:
            return Outcome(judged.letter.id, at, "database", by_database[line])
    return Outcome(judged.letter.id, at)


def _line(judged: Judged, pipeline: Pipeline, topic: str, line: str, arrived: int, now: int) -> None:
    judged.alone = True
    taken = pipeline.take_line(topic, line, arrived)
    judged.add(taken)
    # It is told under a number of its own: its message's was told, or had nothing to tell, when it came.
    _tell(judged, taken.lines, "0" * 32, int(judged.letter.id, 16), now)


def _payload(judged: Judged, pipeline: Pipeline, arrived: int, now: int) -> None:
    letter = judged.letter
    try:
        frames = wire.decode(letter.payload)
    except wire.WireError:
        judged.add(pipeline.take(letter.topic, letter.payload, arrived))
        return
    for frame in frames:
        _frame(judged, pipeline, letter.topic, frame, arrived, now)


def _frame(judged: Judged, pipeline: Pipeline, topic: str, frame: wire.Frame, arrived: int, now: int) -> None:
    taken = pipeline.take(topic, wire.encode([frame]), arrived)
    judged.add(taken)
    _tell(judged, taken.lines, frame.stream, frame.n, now)


def _of_database(judged: Judged, pipeline: Pipeline, arrived: int, now: int) -> None:
    """A line that had passed here and the database refused: once more as the PC sent it."""
    try:
        sent = _as_sent(lineprotocol.decode(judged.letter.payload.decode()))
        line = lineprotocol.encode(sent.point)
    except ValueError as fault:
        judged.refused.append(Dead("line", str(fault), judged.letter.topic, judged.letter.payload))
        return
    if sent.point.measurement == AFTER_HOURS:
        # None that a PC sends: it follows from the lines beside it, and what they give it stands in it already.
        judged.alone = True
        judged.lines.append(judged.letter.payload.decode())
        return
    stream, n = (sent.point.fields.get(name) for name in ("stream", "n"))
    if sent.point.measurement == "agent" and isinstance(stream, str) and isinstance(n, int):
        _frame(judged, pipeline, sent.topic, wire.Frame(stream, n, (line,)), arrived, now)
    else:
        _line(judged, pipeline, sent.topic, line, arrived, now)


def _as_sent(point: Point) -> _Sent:
    """Without what ingest had added."""
    known = BY_NAME.get(point.measurement)
    added = {f.name for f in known.fields if f.after_hours_of} if known else set()
    tags = {name: value for name, value in point.tags.items() if name not in IDENTITY}
    fields = {name: value for name, value in point.fields.items() if name not in added}
    topic = wire.topic(point.tags.get("venue", ""), point.tags.get("pc", ""), "data")
    return _Sent(topic, Point(point.measurement, tags, fields, point.time))


def _tell(judged: Judged, lines: Sequence[str], stream: str, n: int, now: int) -> None:
    finding = find(lines, stream, n, now)
    if finding is not None and finding.delay > LATE_AFTER:
        judged.late.append(finding)


def _row(outcome: Outcome) -> bytes:
    return json.dumps(asdict(outcome)).encode("ascii") + b"\n"
