"""The game catalogue's file: a CSV of what counts as play, read with the place of every fault."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from collector.agent.game import Catalogue, Game, normal
from collector.problem import Place, Problem, error, in_order

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COLUMNS = (
    "id",
    "title",
    "publisher",
    "category",
    "exe",
    "path_hint",
    "company",
    "product",
    "launcher",
    "also_is",
    "source",
)
CATEGORIES = ("game", "emulator")
MAX_BYTES = 4 * 1024 * 1024

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def load(path: Path, shown: str | None = None) -> tuple[Catalogue | None, list[Problem]]:
    """Read a catalogue; None where a problem is an error. OSError where the file cannot be read."""
    shown = str(path) if shown is None else shown
    raw = path.read_bytes()
    if len(raw) > MAX_BYTES:
        summary = f"{len(raw)} bytes are no game catalogue"
        return None, [error("catalogue/file", summary, f"at most {MAX_BYTES} bytes", Place(shown))]
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = raw[: fault.start].count(b"\n") + 1
        summary = f"byte 0x{raw[fault.start]:02x} is no UTF-8"
        return None, [error("catalogue/file", summary, "save the file as UTF-8", Place(shown, line))]
    return loads(text, shown)


def loads(text: str, shown: str) -> tuple[Catalogue | None, list[Problem]]:
    """A catalogue from its text. All problems at once, in the order of the file."""
    reader = _Reader(text, shown)
    games = tuple(reader.games())
    problems = in_order(reader.problems)
    return (None if problems else Catalogue(games)), problems


class _Reader:
    """Walks the rows once and keeps what is wrong."""

    def __init__(self, text: str, shown: str) -> None:
        self._lines = text.splitlines()
        self._rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        self._shown = shown
        self._line = 0
        self._row: list[str] = []
        self._ids: dict[str, int] = {}
        self._claims: dict[tuple[str, ...], int] = {}
        self.problems: list[Problem] = []

    def games(self) -> Iterator[Game]:
        if not self._next():
            self._say("catalogue/columns", 0, "the file is empty", f"begin with {','.join(COLUMNS)}")
            return
        if tuple(cell.strip() for cell in self._row) != COLUMNS:
            self._wrong_columns()
            return
        launchers: list[tuple[str, Place]] = []
        games: list[Game] = []
        while self._next():
            if not any(cell.strip() for cell in self._row) or self._row[0].startswith("#"):
                continue
            if len(self._row) != len(COLUMNS):
                summary = f"{len(self._row)} cells where {len(COLUMNS)} columns are"
                self._say("catalogue/columns", 0, summary, "put a cell that holds a comma in quotes")
                continue
            game = self._game(dict(zip(COLUMNS, (cell.strip() for cell in self._row), strict=True)))
            launchers += [(name, self._place(8)) for name in game.launchers]
            games.append(game)
        self._launchers(games, launchers)
        yield from games

    def _next(self) -> bool:
        self._line = self._rows.line_num + 1
        try:
            self._row = next(self._rows)
        except StopIteration:
            return False
        except csv.Error as fault:
            self._say("catalogue/csv", 0, f"no CSV: {fault}", 'close every quote; write a quote as ""')
            return False
        return True

    def _wrong_columns(self) -> None:
        given = [cell.strip() for cell in self._row]
        missing = [name for name in COLUMNS if name not in given]
        unknown = [name for name in given if name not in COLUMNS]
        summary = "; ".join(
            text
            for names, text in (
                (missing, f"columns missing: {', '.join(missing)}"),
                (unknown, f"columns unknown: {', '.join(unknown)}"),
            )
            if names
        )
        self._say(
            "catalogue/columns", 0, summary or "columns in another order", f"begin with {','.join(COLUMNS)}"
        )

    def _game(self, row: dict[str, str]) -> Game:
        game = Game(
            id=row["id"],
            title=row["title"],
            category=row["category"],
            exes=_list(row["exe"]),
            path_hints=_list(row["path_hint"]),
            company=normal(row["company"]),
            product=normal(row["product"]),
            launchers=_list(row["launcher"]),
            also_is=row["also_is"],
        )
        self._check_id(game.id)
        self._check_words(row)
        self._check_exes(game)
        return game

    def _check_id(self, text: str) -> None:
        if not _ID.fullmatch(text) or text == "none":
            self._say(
                "catalogue/id",
                0,
                f"{text!r} is no id of a game",
                "write a-z, 0-9 and -, at most 64, not `none`; for example league-of-legends",
            )
        elif text in self._ids:
            summary = f"{text} stands already in line {self._ids[text]}"
            self._say("catalogue/id", 0, summary, "one row a game: several programs are parted by ;")
        else:
            self._ids[text] = self._line

    def _check_words(self, row: dict[str, str]) -> None:
        for name in ("title", "exe", "source"):
            if not row[name]:
                detail = "say where the row was read or tried" if name == "source" else f"write the {name}"
                self._say("catalogue/empty", COLUMNS.index(name), f"{name} is empty", detail)
        if row["category"] not in CATEGORIES:
            summary = f"{row['category']!r} is no category"
            self._say("catalogue/category", 3, summary, f"one of: {', '.join(CATEGORIES)}")

    def _check_exes(self, game: Game) -> None:
        for exe in game.exes:
            if "/" in exe:
                summary = f"{exe!r} is a path"
                self._say("catalogue/exe", 4, summary, "write the file's name, and the folder in path_hint")
            if game.needs_proof(exe) and not game.has_proof:
                self._say(
                    "catalogue/ambiguous",
                    4,
                    f"{exe} is also {game.also_is or 'the name of much else'}",
                    "write a path_hint, or the company or product of its version resource",
                )
            claim = (exe, *game.path_hints, game.company, game.product)
            if claim in self._claims:
                summary = f"{exe} is claimed in line {self._claims[claim]} as well"
                self._say("catalogue/exe", 4, summary, "tell the two apart by path_hint, company or product")
            self._claims.setdefault(claim, self._line)

    def _launchers(self, games: list[Game], launchers: list[tuple[str, Place]]) -> None:
        exes = {exe: game.id for game in games for exe in game.exes}
        self.problems += [
            error(
                "catalogue/launcher",
                f"{name} is a launcher here, and counts as play of {exes[name]}",
                "a launcher or client is not play: take it out of one of the two",
                place,
            )
            for name, place in launchers
            if name in exes
        ]

    def _say(self, check: str, column: int, summary: str, details: str) -> None:
        self.problems.append(error(check, summary, details, self._place(column)))

    def _place(self, column: int) -> Place:
        """Where a cell stands, as far as a row on one line lets it be found."""
        source = self._lines[self._line - 1] if self._line <= len(self._lines) else ""
        at = 0
        for cell in self._row[:column]:
            found = source.find(cell, at)
            at = source.find(",", max(at, found) + len(cell)) + 1
        cell = self._row[column] if column < len(self._row) else ""
        at = max(at, source.find(cell, at))
        return Place(self._shown, self._line, at + 1, source, max(1, len(cell)))


def _list(text: str) -> tuple[str, ...]:
    return tuple(normal(part.strip()) for part in text.split(";") if part.strip())
