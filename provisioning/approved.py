"""The list of approved games as a site has imported it, `approved-games.csv`, held against the game catalogue."""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass as plain
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator
from pydantic.dataclasses import dataclass

from collector.document import read_csv
from collector.problem import Place, Problem, Severity, in_order
from provisioning.settings import MODEL, Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from collector.agent.game import Catalogue, Game
    from collector.document import Document

NAME = "approved-games.csv"
SHOWN = 5  # titles in a message

State = Literal["released", "ceased", "unknown"]

_SECOND_NAME = re.compile(r"(.+?)\((.+)\)\s*")


def _ids(value: Any) -> Any:
    return (
        tuple(part.strip() for part in value.split(";") if part.strip()) if isinstance(value, str) else value
    )


@dataclass(frozen=True, config=MODEL)
class ApprovedRow:
    """A title of the ministry's list. `status` decides, of several rows of a title that of the latest `valid_from`.

    `game`: ids of the catalogue's games that it is, where the titles differ; then the title is not compared.
    """

    title: Text
    status: Literal["released", "ceased"]
    publisher: str = ""
    decision: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    game: Annotated[tuple[str, ...], BeforeValidator(_ids)] = ()


@plain(frozen=True)
class Approved:
    """What the list says of each game of the catalogue, by id. Not found is unknown, and forbids nothing."""

    states: dict[str, State]

    def of(self, state: State) -> tuple[str, ...]:
        return tuple(sorted(game for game, found in self.states.items() if found == state))

    @property
    def unlisted(self) -> tuple[str, ...]:
        """Ids of games that the list does not have as released; none where it knows no game at all."""
        if len(self.of("unknown")) == len(self.states):
            return ()
        return tuple(sorted({*self.of("ceased"), *self.of("unknown")}))


def load(path: Path, shown: str, catalogue: Catalogue | None) -> tuple[Approved | None, list[Problem]]:
    """The list of a file, or None where a problem is an error, or where there is no catalogue to hold it against."""
    read = read_csv(path, shown, ApprovedRow)
    problems = list(read.problems)
    if read.value is None:
        return None, problems
    problems += _row_problems(read.document, read.value)
    if not read.value:
        problems.append(
            Problem(
                "approved/empty",
                Severity.ERROR,
                "the list has no title",
                "import it again; a site that has none leaves the file out",
                Place(shown),
            )
        )
    if catalogue is None:
        return None, in_order(problems)
    titles = [game for game in catalogue.games if game.category == "game"]
    problems += _game_problems(read.document, read.value, catalogue)
    if any(problem.severity is Severity.ERROR for problem in problems):
        return None, in_order(problems)
    approved = Approved({game.id: _state(game, read.value) for game in titles})
    return approved, in_order([*problems, _outcome(approved, titles, read.value, shown)])


def normal(title: str) -> str:
    """A title without what two spellings of it differ by: case, spaces, punctuation, how accents are encoded."""
    return "".join(sign for sign in unicodedata.normalize("NFC", title).casefold() if sign.isalnum())


def names(game: Game) -> set[str]:
    """A catalogue's title, and where it has a second one in brackets each of the two."""
    found = {normal(game.title)}
    match = _SECOND_NAME.fullmatch(game.title)
    if match is not None:
        found |= {normal(match[1]), normal(match[2])}
    return found - {""}


def _state(game: Game, rows: Sequence[ApprovedRow]) -> State:
    known = names(game)
    found = [row for row in rows if (game.id in row.game if row.game else normal(row.title) in known)]
    if not found:
        return "unknown"
    newest = max(row.valid_from or date.min for row in found)
    latest = {row.status for row in found if (row.valid_from or date.min) == newest}
    return "released" if "released" in latest else "ceased"


def _row_problems(document: Document, rows: Sequence[ApprovedRow]) -> Iterator[Problem]:
    for i, row in enumerate(rows):
        if row.valid_from and row.valid_to and row.valid_to <= row.valid_from:
            yield document.problem(
                "approved/dates",
                (i, "valid_to"),
                f"the decision ends on {row.valid_to}, before it begins on {row.valid_from}",
                "valid_to is the first day on which it holds no more",
            )
        if not normal(row.title):
            yield document.problem(
                "approved/title", (i, "title"), f"{row.title!r} is no title", "write the game's title"
            )


def _game_problems(
    document: Document, rows: Sequence[ApprovedRow], catalogue: Catalogue
) -> Iterator[Problem]:
    known = {game.id: game.category for game in catalogue.games}
    for i, row in enumerate(rows):
        for name in row.game:
            category = known.get(name)
            if category == "game":
                continue
            near = difflib.get_close_matches(name, known, 1)
            perhaps = f", perhaps {near[0]}" if near else ""
            yield document.problem(
                "approved/game",
                (i, "game"),
                f"the game catalogue has no {name!r}"
                if category is None
                else f"{name!r} is no game but an {category}",
                f"write the id of one of its games{perhaps if category is None else ''}, or leave the cell empty",
            )


def _outcome(approved: Approved, titles: Sequence[Game], rows: Sequence[ApprovedRow], shown: str) -> Problem:
    by_id = {game.id: game.title for game in titles}
    released, ceased, unknown = (approved.of(state) for state in ("released", "ceased", "unknown"))
    place = Place(shown)
    if len(unknown) == len(titles):
        return Problem(
            "approved/nothing",
            Severity.WARNING,
            f"none of the catalogue's {len(titles)} games is among its {len(rows)} titles: no rule is made of it",
            "is it the right list? where the titles differ, write the game's id into a column `game`",
            place,
        )
    parts = [f"{len(released)} of the catalogue's {len(titles)} games are on the list as released"]
    if ceased:
        parts.append(f"{len(ceased)} as ceased ({_some(by_id, ceased)})")
    if unknown:
        parts.append(f"{len(unknown)} were not found and are unknown ({_some(by_id, unknown)})")
    details = "where a title differs, write the game's id into the column `game`" if unknown else ""
    return Problem("approved/games", Severity.INFO, "; ".join(parts), details, place)


def _some(titles: dict[str, str], ids: Sequence[str]) -> str:
    more = f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
    return ", ".join(titles[name] for name in ids[:SHOWN]) + more
