"""Everything that ingest refused, a JSON line each, in files that are rotated and bounded.

PCs that stand in no registry have a file of their own: one that sends each 30 seconds must not push the
other letters out. Any number of ingest processes share the folder: who writes holds a lock.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from heapq import merge
from typing import TYPE_CHECKING, BinaryIO

from collector import lineprotocol
from collector.wire import WireError, decode, parse_topic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from collector.clock import Clock
    from collector.ingest.pipeline import Dead

log = logging.getLogger(__name__)

FILE_NAME = "dead-letters.jsonl"
STRANGERS_FILE = "unregistered.jsonl"
LOCK_FILE = "dead-letters.lock"

# Reasons that mean: not in the registry.
STRANGER = frozenset({"pc", "venue"})

LIMIT = 64 * 1024 * 1024  # bytes of a file; one before it is kept
_OLD = ".old.jsonl"
_ID_DIGITS = 12  # hexadecimal: half of them collide among 16 million


@dataclass(frozen=True)
class Letter:
    """One refusal as it was written. `payload` is a whole payload, or the one line that was guilty."""

    at: datetime
    reason: str
    detail: str
    topic: str
    payload: bytes

    @cached_property
    def id(self) -> str:
        """Of what it says: the same letter has the same id in whichever file it lies."""
        whole = repr((self.at.isoformat(), self.reason, self.detail, self.topic, self.payload))
        return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:_ID_DIGITS]

    @cached_property
    def sender(self) -> tuple[str, str]:
        """Venue and PC by the topic; of a line that the database refused by its tags; empty where none shows."""
        try:
            if self.topic:
                venue, pc, _ = parse_topic(self.topic)
                return venue, pc
            tags = lineprotocol.decode(self.payload.decode()).tags
        except ValueError:
            return "", ""
        return tags.get("venue", ""), tags.get("pc", "")


class DeadLetters:
    """Of each file at most `limit` bytes, and as many in the one before it."""

    def __init__(self, folder: Path, clock: Clock, *, limit: int = LIMIT) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / FILE_NAME
        self._strangers = folder / STRANGERS_FILE
        self._lock = folder / LOCK_FILE
        self._clock = clock
        self._limit = limit

    def add(self, refused: Iterable[Dead]) -> None:
        """On the disk before the sender is told. OSError where the disk refuses."""
        letters = list(refused)
        if not letters:
            return
        with _locked(self._lock, create=True):
            at = self._clock.wall().isoformat(timespec="milliseconds")
            for path, strange in ((self.path, False), (self._strangers, True)):
                rows = [_row(at, dead) for dead in letters if (dead.reason in STRANGER) == strange]
                if rows:
                    self._append(path, rows)

    def _append(self, path: Path, rows: Sequence[bytes]) -> None:
        """Only under the lock. A file is never longer than the limit, unless one row alone is."""
        start = 0
        size = path.stat().st_size if path.exists() else 0
        while start < len(rows):
            end = start
            # Below and not at the limit: a torn line is ended by a byte more.
            while end < len(rows) and size + len(rows[end]) < self._limit:
                size += len(rows[end])
                end += 1
            if end == start:
                if size:
                    before = path.with_suffix(_OLD)
                    if before.exists():
                        log.warning("%s is full: the letters in %s are given up", path.name, before.name)
                    path.replace(before)
                    size = 0
                    continue
                end, size = start + 1, len(rows[start])
            append(path, b"".join(rows[start:end]))
            start = end


class Letters:
    """What lies in a folder, the oldest first. A torn line (a crash in the middle of one) is counted in `torn`.

    May be read while ingest writes: what comes meanwhile is not seen, and nothing is seen twice.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.torn = 0

    def __iter__(self) -> Iterator[Letter]:
        self.torn = 0
        with ExitStack() as ends:
            files: list[list[tuple[BinaryIO, int]]] = []
            with _locked(self._folder / LOCK_FILE, create=False):
                for name in (FILE_NAME, STRANGERS_FILE):
                    path = self._folder / name
                    found = [p for p in (path.with_suffix(_OLD), path) if p.exists()]
                    opened = [ends.enter_context(p.open("rb")) for p in found]
                    files.append([(file, os.fstat(file.fileno()).st_size) for file in opened])
            yield from merge(*map(self._read, files), key=lambda letter: letter.at)

    def _read(self, files: Iterable[tuple[BinaryIO, int]]) -> Iterator[Letter]:
        for file, size in files:
            left = size
            while left > 0 and (row := file.readline(left)):
                left -= len(row)
                letter = _parse(row)
                if letter is not None:
                    yield letter
                elif row.strip():
                    self.torn += 1


def read(folder: Path) -> Letters:
    """The letters of a state folder; none where there is no such folder. OSError where it may not be read."""
    return Letters(folder)


def numbers(letters: Iterable[Letter]) -> dict[str, frozenset[int]]:
    """By stream, the numbers of the messages that lie whole among them."""
    found: dict[str, set[int]] = {}
    for letter in letters:
        with suppress(WireError):
            for frame in decode(letter.payload):
                found.setdefault(frame.stream, set()).add(frame.n)
    return {stream: frozenset(of) for stream, of in found.items()}


@contextmanager
def _locked(path: Path, *, create: bool) -> Iterator[None]:
    """Alone among all processes that share the folder; the system frees it if ours dies."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | (os.O_CREAT if create else 0), 0o644)
    except FileNotFoundError:
        if create:
            raise
        yield  # nobody has ever written here
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def append(path: Path, rows: bytes) -> None:
    """All of it or nothing, and on the disk. OSError where the disk refuses. One writer at a time.

    Behind a torn line (of a process that died) it begins a new one.
    """
    new = not path.exists()
    with path.open("ab+", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        if size:
            file.seek(size - 1)
            if file.read(1) != b"\n":
                rows = b"\n" + rows
        try:
            view = memoryview(rows)
            while view:
                view = view[file.write(view) :]
            os.fsync(file.fileno())
        except OSError:
            file.truncate(size)
            raise
    if new:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)  # a power cut must not take the file's name
        finally:
            os.close(folder)


def _row(at: str, dead: Dead) -> bytes:
    return (
        json.dumps(
            {
                "at": at,
                "reason": dead.reason,
                "detail": dead.detail,
                "topic": dead.topic,
                "payload": dead.payload.hex(),
            }
        ).encode("ascii")
        + b"\n"
    )


def _parse(row: bytes) -> Letter | None:
    try:
        said = json.loads(row)
        at = datetime.fromisoformat(said["at"])
        texts = [said[key] for key in ("reason", "detail", "topic")]
        payload = bytes.fromhex(said["payload"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    if at.tzinfo is None or not all(isinstance(text, str) for text in texts):
        return None
    reason, detail, topic = texts
    return Letter(at, reason, detail, topic, payload)
