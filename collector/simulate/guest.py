"""What a simulated PC's sensors would see: a walk from a seed, the same at each run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector.lineprotocol import Point

if TYPE_CHECKING:
    from random import Random

GAMES = ("league-of-legends", "fc-online", "valorant", "cs2", "crossfire")

_SEES = Point("blind", {"reason": "none"}, {"blind": 0, "detail": ""})
_NO_HIT = Point("sites", {"category": "none", "grade": "none", "slot": "0"}, {"lookups": 0, "accesses": 0})
_HIT = Point(
    "sites",
    {"category": "gambling", "grade": "violation", "slot": "0"},
    {
        "domain": "danh-bac.test",
        "source": "authority",
        "version": "1",
        "lookups": 1,
        "accesses": 1,
        "process": "chrome.exe",
    },
)


@dataclass(frozen=True)
class Habits:
    """How a PC's guests behave: the share of PCs in use, and of those the share that plays.

    `stays`: seconds for which one goes on like this, at least and at most. `visits`: the share of samples in
    which somebody in front of a PC that looks for listed sites reaches one of the authority's list.
    """

    in_use: float
    plays: float
    stays: tuple[float, float] = (600, 5400)
    visits: float = 0


@dataclass
class Guest:
    """Who sits at a PC, and what for."""

    random: Random
    habits: Habits
    looks: bool = False  # for listed sites, and sees none
    game: str | None = None
    active: bool = False
    _left: float = -math.inf  # seconds that it goes on like this

    def step(self, seconds: float) -> None:
        """Let time pass."""
        self._left -= seconds
        if self._left > 0:
            return
        self.active = self.random.random() < self.habits.in_use
        plays = self.active and self.random.random() < self.habits.plays
        self.game = self.random.choice(GAMES) if plays else None
        self._left = self.random.uniform(*self.habits.stays)

    def points(self, seconds: int) -> list[Point]:
        """A sample that covers the last `seconds`."""
        busy = 1.0 if self.game else 0.35 if self.active else 0.05
        vary = self.random.uniform
        state, active = ("active", seconds) if self.active else ("idle", 0)
        idle = self.random.randint(0, 20) if self.active else self.random.randint(300, 7200)
        play = seconds if self.game else 0
        return [
            Point(
                "host",
                {},
                {
                    "cpu": round(70 * busy * vary(0.5, 1.3), 1),
                    "memory": round(30 + 45 * busy * vary(0.8, 1.2), 1),
                    "disk": 61.5,
                    "sent": int(40_000 * busy * vary(0.5, 2) * seconds),
                    "received": int(250_000 * busy * vary(0.5, 2) * seconds),
                    "uptime": 3600,
                },
            ),
            Point("games", {"game": self.game or "none"}, {"play": play, "processes": int(bool(self.game))}),
            Point("session", {}, {"state": state, "idle": idle, "active": active}),
            *(self._sites() if self.looks else ()),
        ]

    def _sites(self) -> tuple[Point, Point]:
        visits = self.habits.visits and self.active and self.random.random() < self.habits.visits
        return (_HIT if visits else _NO_HIT), _SEES
