"""Holds whatever ingest's pipeline makes of a payload against a grammar of its own, and the books against each other."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from collector import schema, wire
from collector.ingest.batch import Batch
from collector.ingest.ledger import Ledger
from collector.ingest.pipeline import Bounds, Pipeline

if TYPE_CHECKING:
    from collector.ingest.pipeline import Dead, Taken
    from collector.roster import Roster

BESIDE = schema.BY_NAME["after_hours"]
KNOWN = {m.name: m for m in schema.MEASUREMENTS if m.writer is schema.Writer.AGENT} | {BESIDE.name: BESIDE}
REASONS = {
    "topic", "empty", "size", "encoding", "zlib", "header", "version", "venue", "pc", "number",
    "line", "measurement", "tags", "field", "type", "range", "future", "old", "identity",
}  # fmt: skip
BATCH = 200  # payloads in a batch; each third is given up, as when the database is away
FORBIDDEN = {*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0))}  # control characters


class WrongError(AssertionError):
    """Something reached the database's side that must not, or the books do not balance."""


class Judge:
    """Counts what it has seen. WrongError says what went wrong; any other exception is the pipeline's own."""

    def __init__(self, roster: Roster, now: int) -> None:
        self.now = now
        self.bounds = Bounds()
        self.pipeline = Pipeline(roster, self.bounds)
        self.venues = {venue.id: venue for venue in roster.venues}
        self.ledger = Ledger("fuzz")
        self.batch = Batch(0.0)
        self.reasons: Counter[str] = Counter()
        self.payloads = self.lines = self.answers = self.late = 0
        self._in_batch = 0

    def __call__(self, topic: str, payload: bytes) -> Taken:
        taken = self.pipeline.take(topic, payload, self.now)
        self._balance(taken, topic, payload)
        for line in taken.lines:
            check(line, topic, self.now, self.bounds)
        _check_beside(taken.lines)
        for dead in taken.refused:
            self._refusal(dead, topic, payload)
        for _, _, answer in taken.answers:
            _must(
                len(answer) <= 300 and isinstance(wire.decode_answer(answer), wire.Refusal),
                "an answer",
                answer,
            )
        self._book(taken)
        return taken

    def finish(self) -> None:
        """Close the last batch; the books must balance with nothing left in flight."""
        self._close()
        _must(self.ledger.in_flight == 0, "in flight at the end", self.ledger)

    def _balance(self, taken: Taken, topic: str, payload: bytes) -> None:
        stored = sum(line.startswith("agent,") for line in taken.lines)
        _must(taken.received == taken.dead + stored, "received = dead + stored", (topic, payload, taken))
        if taken.dead:
            _must(bool(taken.refused), "a dead message leaves a letter", (topic, payload, taken))
        if taken.acks:
            numbered = sum(1 for *_, n in taken.acks if n)
            _must(numbered == taken.received and not taken.answers, "acks", (topic, payload, taken))
        else:
            _must(taken.received == taken.dead == 1 and not taken.lines, "no ack", (topic, payload, taken))

    def _refusal(self, dead: Dead, topic: str, payload: bytes) -> None:
        self.reasons[dead.reason] += 1
        _must(dead.reason in REASONS, "an unknown reason", dead)
        _must(dead.topic == topic and 0 < len(dead.detail) < 2000, "a refusal", dead)
        _must(len(dead.payload) <= max(len(payload), wire.MAX_TEXT), "a letter's size", dead.reason)

    def _book(self, taken: Taken) -> None:
        self.payloads += 1
        self.lines += len(taken.lines)
        self.answers += len(taken.answers)
        self.late += len(taken.late)
        self.ledger.take(taken.received)
        self.batch.add(taken)
        self._in_batch += 1
        _must(self.ledger.balanced, "the books", self.ledger)
        if self.batch.full or self._in_batch >= BATCH:
            self._close()

    def _close(self) -> None:
        batch, self.batch, self._in_batch = self.batch, Batch(0.0), 0
        if self.payloads % 3 == 0:
            self.ledger.give_up(batch.messages)
        else:
            self.ledger.settle(batch.messages, batch.dead)
        _must(self.ledger.balanced, "the books", self.ledger)


def check(line: str, topic: str, now: int, bounds: Bounds) -> None:
    """A line for the database, letter by letter: nothing but what the schema has, spelled in one way."""
    try:
        line.encode("utf-8")
        _check(line, topic, now, bounds)
    except (ValueError, LookupError) as fault:
        raise WrongError(f"{fault!r}: {line!r}") from fault


def _check(line: str, topic: str, now: int, bounds: Bounds) -> None:
    _must(not FORBIDDEN & set(line), "a control character", line)
    series, fields, stamp = _split(line)
    name, *pairs = series.split(",")
    measurement = KNOWN[name]
    tags = dict(pair.split("=") for pair in pairs)
    _must(len(tags) == len(pairs) and set(tags) == set(measurement.tag_names), "tags", line)
    _must(all(0 < len(value) <= 128 for value in tags.values()), "a tag's length", line)
    _must(not set('\\" \t') & set(series) and not any(c.isspace() for c in series), "an escape in tags", line)
    _, _, venue, pc, _ = topic.split("/")
    _must((tags["venue"], tags["pc"]) == (venue, pc), "identity", line)
    seen = set()
    for key, value in fields:
        field = measurement.field(key)
        _must(key not in seen, "a field twice", line)
        seen.add(key)
        size = _value(value, field.kind)
        _must(field.low <= size <= field.high, "a field's bounds", line)
    _must(bool(seen) and stamp == str(int(stamp)), "a stamp", line)
    _must(now - bounds.past <= int(stamp) <= now + bounds.future, "a stamp's bounds", line)


def _check_beside(lines: list[str]) -> None:
    """What lies outside the hours stands right behind its message's lines, of games the longest, and nothing else does."""
    most: dict[tuple[str, str], int] = {}
    found: dict[tuple[str, str], int] = {}
    for line in [*lines, "end x=0i 0"]:
        series, fields, stamp = _split(line)
        name = series.split(",")[0]
        if name == BESIDE.name:
            found |= {(field, stamp): int(value[:-1]) for field, value in fields}
            continue
        if found:
            _must(found == most, "beside", lines)
            most, found = {}, {}
        for field, value in fields:
            if field == "after_hours" and value != "0i":
                key = {"games": "play", "session": "use"}[name], stamp
                most[key] = max(most.get(key, 0), int(value[:-1]))
    _must(not most, "nothing beside", lines)


def _split(line: str) -> tuple[str, list[tuple[str, str]], str]:
    """Tags, fields and stamp; quotes are the only thing that hides a comma or a space."""
    series, rest = line.split(" ", 1)
    fields: list[tuple[str, str]] = []
    while True:
        key, rest = rest.split("=", 1)
        end = (
            _text_end(rest) if rest[0] == '"' else min(i for i in (rest.find(","), rest.find(" ")) if i >= 0)
        )
        fields.append((key, rest[:end]))
        if rest[end] == " ":
            return series, fields, rest[end + 1 :]
        _must(rest[end] == ",", "between fields", line)
        rest = rest[end + 1 :]


def _text_end(rest: str) -> int:
    at = 1
    while rest[at] != '"':
        if rest[at] == "\\":
            _must(rest[at + 1] in '\\"', "an escape", rest)
            at += 1
        at += 1
    return at + 1


def _value(text: str, kind: schema.Kind) -> float:
    """What is compared with the bounds."""
    match kind:
        case schema.Kind.TEXT:
            _must(text[0] == text[-1] == '"', "a text", text)
            return len(text[1:-1].replace("\\\\", "\\").replace('\\"', '"'))
        case schema.Kind.INT:
            _must(text[-1] == "i" and text[:-1] == str(int(text[:-1])), "a whole number", text)
            return int(text[:-1])
        case schema.Kind.FLOAT:
            _must(text[-1].isdigit() and math.isfinite(float(text)) and len(text) < 60, "a number", text)
            _must(set(text) <= set("0123456789.e+-"), "a number", text)
            return float(text)


def _must(holds: bool, what: str, seen: object) -> None:  # noqa: FBT001 - as an assertion reads
    if not holds:
        raise WrongError(f"{what}: {seen!r:.2000}")
