"""What a game is to the agent, and whether a program is one of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from collector.agent.platform import Executable, Version

# Names that say nothing: engines and tools that run games and much else.
AMBIGUOUS = frozenset(
    {"java", "java.exe", "javaw.exe", "game.exe", "client.exe", "launcher.exe", "main.exe", "start.exe"}
)


@dataclass(frozen=True)
class Game:
    """One row; the texts that are compared are kept in lower case, paths with forward slashes."""

    id: str
    title: str
    category: str
    exes: tuple[str, ...]
    path_hints: tuple[str, ...] = ()
    company: str = ""
    product: str = ""
    launchers: tuple[str, ...] = ()
    also_is: str = ""

    @property
    def has_proof(self) -> bool:
        return bool(self.path_hints or self.company or self.product)

    def needs_proof(self, exe: str) -> bool:
        """Whether the name alone would accuse somebody who does not play."""
        return bool(self.also_is) or exe in AMBIGUOUS


@dataclass(frozen=True)
class Catalogue:
    games: tuple[Game, ...]

    @cached_property
    def by_exe(self) -> dict[str, list[Game]]:
        found: dict[str, list[Game]] = {}
        for game in self.games:
            for exe in game.exes:
                found.setdefault(exe, []).append(game)
        return found

    def match(self, program: Executable, version: Callable[[str], Version | None]) -> str | None:
        """The id of the game that a program is; `version` is asked only where a row wants it."""
        path = normal(program.path)
        names = dict.fromkeys((normal(program.name), path.rpartition("/")[2]))
        for name in names:
            for game in self.by_exe.get(name, ()):
                if _is(game, name, path, program.path, version):
                    return game.id
        return None


def normal(text: str) -> str:
    """As names and paths are compared."""
    return text.replace("\\", "/").casefold()


def _is(game: Game, exe: str, path: str, original: str, version: Callable[[str], Version | None]) -> bool:
    """Whether all that the row asks for holds. What cannot be seen proves nothing."""
    if game.path_hints and not any(hint in path for hint in game.path_hints):
        return False
    if not (game.company or game.product):
        return True
    said = version(original) if original else None
    if said is None:
        return bool(game.path_hints) or not game.needs_proof(exe)
    return game.company in normal(said.company) and game.product in normal(said.product)
