"""The agent's settings: a TOML file, and everything that is wrong in it with its place."""

from __future__ import annotations

import difflib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collector.agent import catalogue, kinds, tomlplaces
from collector.agent.blindness import resolvers
from collector.agent.blindness.policy import FEATURES
from collector.problem import Problem, Severity, error, in_order
from collector.wire import is_pc, is_venue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from collector.agent.tomlplaces import TomlFile

CATALOGUE = Path(__file__).with_name("games.csv")
SAMPLE = Path(__file__).with_name("agent.sample.toml")
SENSOR_NAMES = (
    "host",
    "games",
    "session",
    "sites",
    "blind",
)  # those of sensors.SENSORS; a test compares the two


@dataclass(frozen=True, kw_only=True)
class Broker:
    """The user name is the venue's id; `ca_file` None trusts the system's authorities."""

    host: str
    port: int = 8883
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
class SitesSettings:
    """`list` is a compiled list on this PC in place of the one that the site offers; `spread` is seconds."""

    list: Path | None = None
    spread: float = 600.0


@dataclass(frozen=True)
class BlindSettings:
    """`resolvers` are the site's own beside ours; `policies_off` is what every browser must have off."""

    resolvers: Path | None = None
    policies_off: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settings:
    """`interval` and `idle_after` are seconds; `sensors` are names of sensors.SENSORS."""

    venue: str
    pc: str
    broker: Broker
    spool: SpoolSettings
    interval: float = 30.0
    sensors: tuple[str, ...] = SENSOR_NAMES
    catalogue: Path = CATALOGUE
    idle_after: float = 300.0
    sites: SitesSettings = SitesSettings()
    blind: BlindSettings = BlindSettings()


def load(path: Path) -> tuple[Settings | None, list[Problem]]:
    """Read a settings file; relative paths in it start at its folder. None where a problem is an error."""
    file, problems = tomlplaces.read(path)
    if problems:
        return None, problems
    problems += _unknown(file)
    values: dict[str, Any] = {}
    for key in KEYS:
        found = file.values.get(key.name)
        if found is None:
            if key.required and isinstance(file.values.get(key.table, {}), dict):
                problems.append(_missing(file, key))
            continue
        try:
            values[key.name] = key.take(found, path.parent)
        except ValueError as fault:
            problems.append(error("settings/value", f"{key.name} {fault}", key.hint, file.value(key.name)))
    problems += _secret(file, values.get("broker.password_file"))
    problems += _games(file, values.get("catalogue", CATALOGUE))
    problems += _resolvers(file, values.get("blind.resolvers", resolvers.OWN))
    problems = in_order(problems)
    if any(problem.severity == Severity.ERROR for problem in problems):
        return None, problems
    return _settings(values), problems


@dataclass(frozen=True)
class Key:
    """One setting: `take` turns what TOML holds into ours, or raises ValueError saying what is wrong."""

    name: str
    take: Callable[[Any, Path], Any]
    example: str
    meaning: str
    required: bool = False

    @property
    def hint(self) -> str:
        return f"write {self.name.rpartition('.')[2]} = {self.example}; {self.meaning}"

    @property
    def table(self) -> str:
        return self.name.rpartition(".")[0]


def _features(value: Any, _: Path) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError("is no list of texts")
    for name in value:
        if name not in FEATURES:
            raise ValueError(f"knows no {name!r}{_near(name, FEATURES)}")
    return tuple(name for name in FEATURES if name in value)


def _sensors(value: Any, _: Path) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError("is no list of texts")
    for name in value:
        if name not in SENSOR_NAMES:
            raise ValueError(f"knows no sensor {name!r}{_near(name, SENSOR_NAMES)}")
    return tuple(name for name in SENSOR_NAMES if name in value)


KEYS = (
    Key("venue", kinds.slug(is_venue), '"yb-0012"', "its id in the registry: a-z, 0-9 and -", required=True),
    Key("pc", kinds.slug(is_pc), '"07"', "its name in the venue: letters, digits, - and _", required=True),
    Key("interval", kinds.number(1, 3600), "30", "seconds between samples"),
    Key("idle_after", kinds.number(10, 86_400), "300", "seconds without a key until nobody is there"),
    Key("sensors", _sensors, '["host", "games", "session", "sites", "blind"]', "those that shall look"),
    Key(
        "catalogue", kinds.file, '"games.csv"', "a game catalogue; without the line, the one that came along"
    ),
    Key("sites.list", kinds.path, '"blocklist.qnl"', "a compiled list in place of the site's"),
    Key("sites.spread", kinds.number(0, 86_400), "600", "seconds within which all PCs fetch a new list"),
    Key("blind.resolvers", kinds.file, '"resolvers.csv"', "resolvers over HTTPS beside those that we know"),
    Key("blind.policies_off", _features, '["doh", "quic", "ech"]', "what browsers' policies must switch off"),
    Key("broker.host", kinds.text, '"mqtt.example.vn"', "the broker's name or address", required=True),
    Key("broker.port", kinds.number(1, 65_535, whole=True), "8883", "the broker's TLS port"),
    Key("broker.password_file", kinds.file, '"password"', "a file of the venue's bundle", required=True),
    Key("broker.ca_file", kinds.file, '"ca.pem"', "a file of the venue's bundle"),
    Key("spool.folder", kinds.folder, '"state"', "a folder of the agent's own on this PC", required=True),
    Key("spool.max_bytes", kinds.number(1_000_000, 10_000_000_000, whole=True), "67108864", "bytes on disk"),
    Key("spool.max_days", kinds.number(0.01, 366), "7", "days after which a message is given up"),
)
_NAMES = tuple(key.name for key in KEYS)
_TABLES = tuple(dict.fromkeys(key.table for key in KEYS if key.table))


def _settings(values: Mapping[str, Any]) -> Settings:
    def under(table: str) -> dict[str, Any]:
        return {
            name.removeprefix(f"{table}."): value
            for name, value in values.items()
            if name.rpartition(".")[0] == table
        }

    top = {name: value for name, value in values.items() if "." not in name}
    return Settings(
        **top,
        broker=Broker(**under("broker")),
        spool=SpoolSettings(**under("spool")),
        sites=SitesSettings(**under("sites")),
        blind=BlindSettings(**under("blind")),
    )


def _missing(file: TomlFile, key: Key) -> Problem:
    return error("settings/missing", f"{key.name} is missing", key.hint, file.key(key.name))


def _unknown(file: TomlFile) -> list[Problem]:
    problems: list[Problem] = []
    for name, value in file.values.items():
        if name in _TABLES:
            if not isinstance(value, dict):
                summary = f"{name} is {kinds.kind(value)}, not a table"
                problems.append(
                    error("settings/value", summary, f"write it as a line [{name}]", file.value(name))
                )
        elif name not in _NAMES and ("." not in name or name.partition(".")[0] in _TABLES):
            known = _NAMES if "." in name or not isinstance(value, dict) else _TABLES
            problems.append(
                error(
                    "settings/unknown",
                    f"{name} is no setting{_near(name, known)}",
                    f"settings are: {', '.join(known)}",
                    file.key(name),
                )
            )
    return problems


def _near(name: str, known: tuple[str, ...]) -> str:
    """`; did you mean …?` where a known name is much like it, or the same in another table."""
    last = name.rpartition(".")[2]
    close = [other for other in known if other.rpartition(".")[2] == last]
    close = close or difflib.get_close_matches(name, known, 1)
    return f"; did you mean {close[0]}?" if close else ""


def _secret(file: TomlFile, path: Path | None) -> list[Problem]:
    """A password that everybody on the PC can read is said, not refused: the bundle's owner may not help it."""
    if path is None or os.name != "posix":
        return []  # Windows keeps rights in lists that the installer sets
    place = file.value("broker.password_file")
    try:
        if path.stat().st_size == 0:
            return [error("settings/secret", f"{path} is empty", "put the venue's password in it", place)]
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as fault:
        return [error("settings/secret", f"{path}: {fault.strerror}", "let the agent read it", place)]
    if not mode & stat.S_IROTH:
        return []
    summary = f"{path} can be read by everybody on this PC"
    return [Problem("settings/secret", Severity.WARNING, summary, f"chmod o-rwx {path}", place)]


def _games(file: TomlFile, path: Path) -> list[Problem]:
    try:
        return catalogue.load(path)[1]
    except OSError as fault:
        summary = f"{path}: {fault.strerror}"
        return [error("settings/value", summary, "let the agent read it", file.value("catalogue"))]


def _resolvers(file: TomlFile, path: Path) -> list[Problem]:
    try:
        return resolvers.load(path)[1]
    except OSError as fault:
        summary = f"{path}: {fault.strerror}"
        return [error("settings/value", summary, "let the agent read it", file.value("blind.resolvers"))]
