"""The only queue between a PC and the database: numbered messages in SQLite until ingest says they are stored."""

from __future__ import annotations

import logging
import secrets
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from collector.wire import Frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from collector.clock import Instant

log = logging.getLogger(__name__)

# The name carries the format's version: another format is another file, never a guess.
FILE_NAME = "spool-1.sqlite"

_USED_SECONDS = 50_000  # stamps remembered; at one message each 30 s more than two weeks

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS message (
    n INTEGER PRIMARY KEY,
    boot TEXT NOT NULL, mono REAL NOT NULL, wall REAL NOT NULL,  -- when it was sampled, as the PC knew it
    stamp INTEGER, clock TEXT,                                  -- fixed before the first send
    size INTEGER NOT NULL, lines TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS used (stamp INTEGER PRIMARY KEY);
"""


class Store(Protocol):
    """What a delivery needs of a spool."""

    stream: str

    def stamp(self, boot: str, epoch: Callable[[float], float]) -> None: ...

    def newest(self) -> int | None: ...

    def oldest(self, limit: int) -> list[int]: ...

    def frames(self, numbers: Iterable[int]) -> list[Frame]: ...

    def forget(self, numbers: Iterable[int]) -> int: ...


@dataclass(frozen=True)
class Limits:
    """Whatever is older or does not fit is given up, oldest first, and counted."""

    bytes: int = 64 * 1024 * 1024
    age: float = 7 * 86_400.0  # seconds


class Spool:
    """Messages of one stream. One process, one thread; a second opener gets `sqlite3.OperationalError`.

    A stamp (server time, whole seconds) is given once and no two messages share one, so that sending
    a message again overwrites its points with themselves, and never another's.
    """

    def __init__(self, folder: Path | None, limits: Limits = Limits()) -> None:
        """Open or create the spool of a folder; None keeps it in memory (simulated PCs)."""
        self._limits = limits
        if folder is None:
            self._db = _open(":memory:")
        else:
            folder.mkdir(parents=True, exist_ok=True)
            self._db = _open_or_replace(folder / FILE_NAME)
        self.stream = str(self._meta("stream") or self._new_stream())
        self._next = int(self._meta("next") or 1)
        self._unstamped = True  # perhaps; spares a look through a long backlog
        self.dropped = int(self._meta("dropped") or 0)
        self.queued, self.queued_bytes = self._db.execute(
            "SELECT count(*), coalesce(sum(size), 0) FROM message"
        ).fetchone()

    @property
    def next_n(self) -> int:
        """The number that the next message will get."""
        return self._next

    def append(self, lines: Sequence[str], at: Instant) -> int:
        """Keep a message (lines without timestamps, the `agent` line first); its number.

        sqlite3.Error where the disk refuses: nothing is kept then, and the number stays free.
        """
        text = "\n".join(lines)
        n, size = self._next, len(text)
        with self._db:
            dropped = self._make_room(size, at)
            self._db.execute(
                "INSERT INTO message (n, boot, mono, wall, size, lines) VALUES (?, ?, ?, ?, ?, ?)",
                (n, at.boot, at.mono, at.wall, size, text),
            )
            self._set("next", n + 1)
            if dropped:
                self._set("dropped", self.dropped + len(dropped))
        self._next += 1
        self._unstamped = True
        self.dropped += len(dropped)
        self.queued += 1 - len(dropped)
        self.queued_bytes += size - sum(dropped)
        return n

    def stamp(self, boot: str, epoch: Callable[[float], float]) -> None:
        """Fix the time of every message that has none: by the server's clock where it was sampled in
        this boot, else by the PC's clock as it stood then, flagged.
        """
        if not self._unstamped:
            return
        rows = self._db.execute(
            "SELECT n, boot, mono, wall FROM message WHERE stamp IS NULL ORDER BY n"
        ).fetchall()
        with self._db:
            for n, its_boot, mono, wall in rows:
                ours = its_boot == boot
                stamp = self._free_second(int(epoch(mono) if ours else wall))
                self._db.execute("INSERT INTO used VALUES (?)", (stamp,))
                self._db.execute(
                    "UPDATE message SET stamp = ?, clock = ? WHERE n = ?",
                    (stamp, "server" if ours else "pc", n),
                )
            self._db.execute(
                "DELETE FROM used WHERE stamp < (SELECT stamp FROM used ORDER BY stamp DESC LIMIT 1 OFFSET ?)",
                (_USED_SECONDS,),
            )
        self._unstamped = False

    def newest(self) -> int | None:
        """The highest number among the stamped messages."""
        row: tuple[int | None] = self._db.execute(
            "SELECT max(n) FROM message WHERE stamp IS NOT NULL"
        ).fetchone()
        return row[0]

    def oldest(self, limit: int) -> list[int]:
        """The lowest numbers among the stamped messages, in order."""
        rows = self._db.execute("SELECT n FROM message WHERE stamp IS NOT NULL ORDER BY n LIMIT ?", (limit,))
        return [n for (n,) in rows]

    def frames(self, numbers: Iterable[int]) -> list[Frame]:
        """The messages as they travel; those that are gone by now are left out."""
        frames = []
        for n in numbers:
            row = self._db.execute("SELECT stamp, clock, lines FROM message WHERE n = ?", (n,)).fetchone()
            if row is not None:
                frames.append(_frame(self.stream, n, *row))
        return frames

    def forget(self, numbers: Iterable[int]) -> int:
        """They are stored in the database: how many of them were still here."""
        gone = 0
        with self._db:
            for n in numbers:
                row = self._db.execute("DELETE FROM message WHERE n = ? RETURNING size", (n,)).fetchone()
                if row is not None:
                    gone += 1
                    self.queued_bytes -= row[0]
        self.queued -= gone
        return gone

    def close(self) -> None:
        self._db.close()

    def _make_room(self, size: int, at: Instant) -> list[int]:
        """Sizes of the messages given up."""
        # Age by the clock that each message has: monotonic within a boot, else the PC's own.
        old = self._db.execute(
            "DELETE FROM message WHERE (boot = ? AND mono < ?) OR (boot != ? AND wall < ?) RETURNING size",
            (at.boot, at.mono - self._limits.age, at.boot, at.wall - self._limits.age),
        ).fetchall()
        dropped = [gone for (gone,) in old]
        while self.queued_bytes - sum(dropped) + size > self._limits.bytes:
            row = self._db.execute(
                "DELETE FROM message WHERE n = (SELECT min(n) FROM message) RETURNING size"
            ).fetchone()
            if row is None:
                break
            dropped.append(row[0])
        return dropped

    def _free_second(self, stamp: int) -> int:
        while self._db.execute("SELECT 1 FROM used WHERE stamp = ?", (stamp,)).fetchone():
            stamp += 1
        return stamp

    def _new_stream(self) -> str:
        stream = secrets.token_hex(16)
        with self._db:
            self._set("stream", stream)
        return stream

    def _meta(self, key: str) -> str | int | None:
        row: tuple[str | int] | None = self._db.execute(
            "SELECT value FROM meta WHERE key = ?", (key,)
        ).fetchone()
        return None if row is None else row[0]

    def _set(self, key: str, value: str | int) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def _frame(stream: str, n: int, stamp: int, clock: str, text: str) -> Frame:
    lines = text.split("\n")
    lines[0] += f',clock="{clock}"'
    return Frame(stream, n, tuple(f"{line} {stamp}" for line in lines))


def _open(path: str) -> sqlite3.Connection:
    # Built by one thread and then used by another, never by both at once.
    db = sqlite3.connect(path, timeout=1.0, check_same_thread=False)
    try:
        # Exclusive: two agents on one spool would number two messages alike.
        # Full: after a power cut no number may be given a second time.
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.executescript(_SCHEMA)
    except sqlite3.Error:
        db.close()
        raise
    return db


def _open_or_replace(path: Path) -> sqlite3.Connection:
    try:
        return _open(str(path))
    except sqlite3.OperationalError:  # locked, no space, no permission: the file may be whole
        raise
    except sqlite3.DatabaseError:
        # Torn by a power cut beyond what SQLite mends. A new stream begins; the gap shows in the database.
        aside = path.with_name(path.name + ".damaged")
        path.replace(aside)
        for rest in ("-wal", "-shm"):
            path.with_name(path.name + rest).unlink(missing_ok=True)
        log.exception("spool damaged: moved to %s, a new stream begins", aside)
        return _open(str(path))
