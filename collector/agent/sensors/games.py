"""Catalogue games that run, and for how long each ran since the last sample."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector.agent import catalogue
from collector.lineprotocol import Point
from collector.problem import as_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from collector.agent.blocklist.lists import Lists
    from collector.agent.config import Settings
    from collector.agent.game import Catalogue
    from collector.agent.platform import Platform, Process
    from collector.clock import Instant

NO_GAME = "none"

# Between two samples further apart the PC slept or the agent was stopped: nobody saw what ran then.
LONGEST = 4  # intervals


@dataclass(frozen=True)
class Life:
    """One process: which game it is (None: no game), and since when (monotonic seconds)."""

    process: Process
    game: str | None
    since: float


class GamesSensor:
    """Asks for a program's name and path once in its life; after that only its PID is looked at."""

    name = "games"

    def __init__(self, platform: Platform, games: Catalogue, every: float) -> None:
        self.every = every
        self._platform = platform
        self._games = games
        self._lives: dict[int, Life] = {}
        self._last: float | None = None

    @classmethod
    def build(cls, settings: Settings, platform: Platform, _lists: Lists) -> GamesSensor:
        games, problems = catalogue.load(settings.catalogue)
        if games is None:
            raise ValueError(as_text(problems))
        return cls(platform, games, settings.interval)

    def sample(self, now: Instant) -> list[Point]:
        self._lives = self._look(now)
        last = now.mono if self._last is None else max(self._last, now.mono - LONGEST * self.every)
        self._last = now.mono
        return points(self._lives.values(), last, now.mono)

    def _look(self, now: Instant) -> dict[int, Life]:
        lives: dict[int, Life] = {}
        for pid, process in self._platform.processes().items():
            known = self._lives.get(pid)
            if known is not None and known.process == process:
                lives[pid] = known
            elif (life := self._meet(pid, process, known, now)) is not None:
                lives[pid] = life
        return lives

    def _meet(self, pid: int, process: Process, known: Life | None, now: Instant) -> Life | None:
        executable = self._platform.executable(pid, process)
        if executable is None:
            return None  # gone already: a new one, should there be one, is met at the next sample
        game = self._games.match(executable, self._platform.version)
        if known is None or known.process.started != process.started:
            return Life(process, game, now.mono - self._platform.age(process, now))
        # The same process put another program in: when, nobody saw. What is the same game goes on.
        return Life(process, game, known.since if known.game == game else now.mono)


def points(lives: Iterable[Life], last: float, now: float) -> list[Point]:
    """A line a game that runs now, in the order of ids. Several processes of one game count once.

    All of them run until now, so that the earliest start since `last` is the game's. Whole seconds are
    taken of both ends, so that what one sample loses the next one gains.
    """
    since: dict[str, float] = {}
    count: dict[str, int] = {}
    for life in lives:
        if life.game is not None:
            since[life.game] = min(since.get(life.game, now), max(life.since, last))
            count[life.game] = count.get(life.game, 0) + 1
    if not since:
        return [Point("games", {"game": NO_GAME}, {"play": 0, "processes": 0})]
    return [
        Point(
            "games",
            {"game": game},
            {"play": max(0, math.floor(now) - math.floor(since[game])), "processes": count[game]},
        )
        for game in sorted(since)
    ]
