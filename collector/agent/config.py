"""The agent's settings: a TOML file, and everything that is wrong in it with its line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CATALOGUE = Path(__file__).with_name("games.csv")


@dataclass(frozen=True)
class Broker:
    """The user name is the venue's id; `ca_file` None trusts the system's authorities."""

    host: str
    port: int
    password_file: Path
    ca_file: Path | None = None

    def password(self) -> str:
        return self.password_file.read_text("utf-8").strip()


@dataclass(frozen=True)
class SpoolSettings:
    folder: Path
    max_bytes: int = 64 * 1024 * 1024
    max_days: float = 7.0


@dataclass(frozen=True)
class Settings:
    """`interval` and `idle_after` are seconds; `sensors` are names of sensors.SENSORS."""

    venue: str
    pc: str
    broker: Broker
    spool: SpoolSettings
    interval: float = 30.0
    sensors: tuple[str, ...] = ("host", "games", "session")
    catalogue: Path = CATALOGUE
    idle_after: float = 300.0
