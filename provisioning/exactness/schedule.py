"""What is killed when, and what fails meanwhile: drawn from a seed before anything starts. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING

from provisioning.local.proxy import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

_QUIET_END = 0.95  # share of the whole time after which nothing more is killed
_RECOVERY = 0.5  # seconds at least between a victim's restart and its next kill
_LONGEST_DOWN = 5.0  # seconds


class Victim(enum.Enum):
    BROKER = "mosquitto"
    DATABASE = "influxd"
    FIRST = "ingest-1"
    SECOND = "ingest-2"


class DiskFull(enum.Enum):
    """The trouble that no proxy can make."""

    DISK_FULL = "the disk under InfluxDB is full"


Trouble = Fault | DiskFull
DISK_FULL = DiskFull.DISK_FULL


@dataclass(frozen=True)
class Kill:
    """SIGKILL `at` so many seconds after the start; started again `down` seconds later."""

    at: float
    victim: Victim
    down: float


@dataclass(frozen=True)
class Phase:
    at: float
    lasts: float
    trouble: Trouble

    @property
    def end(self) -> float:
        return self.at + self.lasts


@dataclass(frozen=True)
class Schedule:
    """Kills and phases in order of time."""

    seconds: float
    kills: tuple[Kill, ...]
    phases: tuple[Phase, ...]


def draw(seed: int, seconds: float, kills: int, phases: Sequence[tuple[Trouble, float]]) -> Schedule:
    """Each victim is killed equally often (give or take one); `phases` are troubles and their seconds.

    ValueError where the phases do not fit into the time.
    """
    random = Random(seed)  # noqa: S311 - a seeded draw, no secret
    spread = _phases(random, seconds * _QUIET_END, phases)
    victims = [list(Victim)[n % len(Victim)] for n in range(kills)]
    random.shuffle(victims)
    slot = seconds * _QUIET_END / max(kills, 1)
    drawn = [
        Kill(slot * (n + random.uniform(0.1, 0.9)), victim, random.uniform(0.1, min(_LONGEST_DOWN, slot / 2)))
        for n, victim in enumerate(victims)
    ]
    return Schedule(seconds, _apart(_into_full_disk(random, drawn, spread)), spread)


def _phases(random: Random, seconds: float, phases: Sequence[tuple[Trouble, float]]) -> tuple[Phase, ...]:
    """One after another in random order, with random pauses between."""
    taken = sum(lasts for _, lasts in phases)
    spare = seconds - taken
    if spare < 0:
        raise ValueError(f"phases of {taken:g} s do not fit into {seconds:g} s")
    order = list(phases)
    random.shuffle(order)
    shares = [random.uniform(0.5, 1.5) for _ in range(len(order) + 1)]
    found = []
    at = 0.0
    for share, (trouble, lasts) in zip(shares, order, strict=False):
        at += spare * share / sum(shares)
        found.append(Phase(at, lasts, trouble))
        at += lasts
    return tuple(found)


def _into_full_disk(random: Random, kills: list[Kill], phases: tuple[Phase, ...]) -> list[Kill]:
    """The database has to start again while its disk is full, too: of the longest such phase its nearest kill
    is moved there. What a full disk does to a database that nobody kills meanwhile, a shorter phase shows.
    """
    fulls = [phase for phase in phases if phase.trouble is DISK_FULL]
    of_database = [kill for kill in kills if kill.victim is Victim.DATABASE]
    if not fulls or not of_database:
        return kills
    full = max(fulls, key=lambda phase: phase.lasts)
    nearest = min(of_database, key=lambda kill: abs(kill.at - full.at - full.lasts / 2))
    moved = replace(
        nearest,
        at=full.at + full.lasts * random.uniform(0.3, 0.5),
        down=min(nearest.down, full.lasts / 4),
    )
    return [moved if kill is nearest else kill for kill in kills]


def _apart(kills: list[Kill]) -> tuple[Kill, ...]:
    """Nobody is killed who is not up again."""
    up: dict[Victim, float] = dict.fromkeys(Victim, 0.0)
    found = []
    for kill in sorted(kills, key=lambda kill: kill.at):
        at = max(kill.at, up[kill.victim])
        up[kill.victim] = at + kill.down + _RECOVERY
        found.append(replace(kill, at=at))
    return tuple(sorted(found, key=lambda kill: kill.at))
