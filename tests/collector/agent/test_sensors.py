"""Every sensor has a manual page, and cases in which it fires, stays silent and fails; all cases hold."""

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from collector import lineprotocol, schema
from collector.agent import catalogue, config, sensors
from collector.agent.blindness.surroundings import LinuxSurroundings
from collector.agent.blocklist.follow import Followed
from collector.agent.lookout import Lookout, State
from collector.agent.observation import Contact, Lookup
from collector.agent.platform import Session
from collector.agent.platform.linux import LinuxPlatform
from collector.agent.sights import Connection
from collector.clock import FrozenClock, Instant

HERE = Path(__file__).parent
CASES = HERE / "cases"
DOCS = HERE.parents[2] / "docs" / "sensors"
KINDS = {"fires", "silent", "fails"}
NO_LIST = SimpleNamespace(in_force=False, renew=lambda: None, match=lambda _: None)
HEADINGS = [
    "Tags and fields",
    "Systems",
    "Settings",
    "What it costs",
    "What it misses",
    "Example",
]


class RecordedPlatform(LinuxPlatform):
    """A Linux of which /proc is a folder, and the rest is what the step of the case says."""

    step: Mapping[str, Any]
    lookout = Lookout((), FrozenClock(datetime(2026, 3, 2, tzinfo=UTC)))

    def disk_share(self) -> float:
        return self.step["disk"]

    def session(self, now: Instant) -> Session:
        return Session(**self.step["session"])


class Recorded:
    """The one who looks, as the step of the case has it; what it sees, the case says itself."""

    name = "recorded"
    whole = True

    def __init__(self, platform: RecordedPlatform) -> None:
        self._platform = platform

    def start(self, take: Any) -> None:
        pass

    def stop(self) -> None:
        pass

    def state(self) -> State:
        return State(**{"running": True, **self._platform.step.get("capture", {})})


def observation(**fields: Any) -> Lookup | Contact | Connection:
    """Of a case's `seen`: `names` makes it a lookup, `name` a contact, neither a connection."""
    client = tuple(fields.pop("client")) if "client" in fields else None
    if "names" in fields:
        names, addresses = fields.pop("names"), fields.pop("addresses", [])
        return Lookup(tuple(names), tuple(addresses), client, **fields)
    if "name" in fields:
        return Contact(client=client, ech=fields.pop("ech", False), transport="tls", **fields)
    assert client is not None
    return Connection(client=client, **fields)


def settings(state: Path = Path("state"), **changes: Any) -> config.Settings:
    broker = config.Broker(host="127.0.0.1", password_file=Path("password"))
    return config.Settings("yb-0012", "07", broker, config.SpoolSettings(state), **changes)


def all_cases() -> list[Path]:
    return sorted(path.parent for path in CASES.glob("*/*/case.toml"))


@pytest.mark.parametrize("case", all_cases(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_case_holds(
    case: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, compiled: Callable[..., Path]
) -> None:
    """The recorded steps give the expected lines, in order; a step that fails gives its error's name."""
    recorded = tomllib.loads((case / "case.toml").read_text("utf-8"))
    platform = RecordedPlatform()
    platform.lookout = Lookout((Recorded(platform),), FrozenClock(datetime(2026, 3, 2, tzinfo=UTC)))
    platform.surroundings = LinuxSurroundings(case / "root")
    sites = config.SitesSettings(tmp_path / "list.qnl")
    blind = config.BlindSettings(policies_off=tuple(recorded.get("policies_off", ())))
    changes = {"sensors": (case.parent.name,), "sites": sites, "blind": blind, "state": tmp_path / "state"}
    lists = Followed(tmp_path / "list.qnl", tmp_path / "state" / "lists")
    if case.parent.name == "blind":
        compiled(tmp_path / "list.qnl", authority=["listed.example"])
    (sensor,) = sensors.build(settings(**changes), platform, lists)
    seen: list[str] = []
    for number, step in enumerate(recorded["step"]):
        platform.step = step
        if "list" in step:
            compiled(tmp_path / "list.qnl", **step["list"])
        for one in step.get("seen", ()):
            platform.lookout.take(observation(**one))
        monkeypatch.setattr(psutil, "PROCFS_PATH", str(case / f"t{number}" / "proc"))
        seen.append(f"# t{number}")
        now = Instant("boot-1", step["mono"], step["wall"].timestamp())
        try:
            seen += [lineprotocol.encode(point) for point in sensor.sample(now)]
        except (OSError, psutil.Error) as fault:
            seen.append(f"# {type(fault).__name__}")
    assert seen == (case / "expected.lp").read_text("utf-8").splitlines()


@pytest.mark.parametrize("case", all_cases(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_expected_lines_fit_the_schema(case: Path) -> None:
    """What a case expects is what ingest would take."""
    text = (case / "expected.lp").read_text("utf-8")
    assert not unfit(line for line in text.splitlines() if not line.startswith("#"))


@pytest.mark.parametrize("name", sensors.NAMES)
def test_sensor_is_complete(name: str) -> None:
    assert not lacking(name, DOCS, CASES)


def test_a_sensor_without_page_or_cases_is_found(tmp_path: Path) -> None:
    """The check above can fail: a newcomer lacks everything, a half-made one lacks the rest."""
    assert lacking("games", tmp_path, tmp_path) == [
        "no docs/sensors/games.md",
        "no case that fails, fires, silent",
    ]
    (tmp_path / "games.md").write_text("# games\n\n## Example\n")
    case = tmp_path / "games" / "plays"
    case.mkdir(parents=True)
    (case / "case.toml").write_text('kind = "fires"\n')
    faults = lacking("games", tmp_path, tmp_path)
    assert faults[0] == f"headings are ['Example'], not {HEADINGS}"
    assert "the page does not name `play`" in faults
    assert faults[-1] == "no case that fails, silent"


def test_cases_are_of_sensors_that_exist() -> None:
    assert {path.name for path in CASES.iterdir()} == set(sensors.NAMES)


def test_each_module_is_listed_and_measures_what_the_schema_knows() -> None:
    folder = Path(sensors.__file__).parent
    assert sorted(sensors.NAMES) == sorted(p.stem for p in folder.glob("*.py") if p.stem != "__init__")
    assert all(schema.BY_NAME[name].writer is schema.Writer.AGENT for name in sensors.NAMES)
    assert sensors.NAMES == config.SENSOR_NAMES


def test_settings_choose_sensors_and_their_interval() -> None:
    built = sensors.build(settings(sensors=("session", "host"), interval=5.0), LinuxPlatform(), NO_LIST)
    assert [(sensor.name, sensor.every) for sensor in built] == [("host", 5.0), ("session", 5.0)]


def test_an_unfit_catalogue_stops_the_build(tmp_path: Path) -> None:
    bad = tmp_path / "games.csv"
    bad.write_text("id,title\n")
    with pytest.raises(ValueError, match="columns missing"):
        sensors.build(settings(catalogue=bad), LinuxPlatform(), NO_LIST)
    with pytest.raises(FileNotFoundError):
        sensors.build(settings(catalogue=tmp_path / "none.csv"), LinuxPlatform(), NO_LIST)
    assert catalogue.load(config.CATALOGUE)[1] == []


def lacking(name: str, docs: Path, cases: Path) -> list[str]:
    """What a sensor still needs before it may be shipped."""
    faults: list[str] = []
    page = docs / f"{name}.md"
    if page.is_file():
        faults += page_faults(name, page.read_text("utf-8"))
    else:
        faults.append(f"no docs/sensors/{name}.md")
    kinds = {tomllib.loads(path.read_text("utf-8"))["kind"] for path in (cases / name).glob("*/case.toml")}
    if kinds != KINDS:
        faults.append(f"no case that {', '.join(sorted(KINDS - kinds))}")
    return faults


def page_faults(name: str, text: str) -> list[str]:
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    faults = [] if headings == HEADINGS else [f"headings are {headings}, not {HEADINGS}"]
    measurement = schema.BY_NAME[name]
    names = [tag.name for tag in measurement.tags]
    names += [field.name for field in measurement.fields if not field.after_hours_of]
    faults += [f"the page does not name `{word}`" for word in names if f"`{word}`" not in text]
    examples = re.findall(r"^```text\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    if not examples:
        return [*faults, "the page has no example"]
    return faults + unfit("".join(examples).splitlines())


def unfit(lines: Any) -> list[str]:
    """Lines that the schema does not know."""
    faults: list[str] = []
    for line in lines:
        point = lineprotocol.decode(line)
        measurement = schema.BY_NAME[point.measurement]
        known = {tag.name for tag in measurement.tags} == set(point.tags)
        for name, value in point.fields.items():
            known = known and measurement.has_field(name)
            known = known and type(value) is measurement.field(name).kind.value
        if not known:
            faults.append(line)
    return faults
