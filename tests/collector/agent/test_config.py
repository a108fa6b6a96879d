"""Settings are read, or each of their faults is said with its place and the way out."""

import re
import shutil
import tomllib
from pathlib import Path

import pytest

from collector.agent import config
from collector.problem import Severity, as_text

BAD = Path(__file__).parent / "bad" / "settings"


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """The sample, beside the files that it names."""
    shutil.copy(config.SAMPLE, tmp_path / "agent.toml")
    (tmp_path / "ca.pem").write_text("a certificate")
    (tmp_path / "password").write_text("correct horse\n")
    (tmp_path / "password").chmod(0o600)
    return tmp_path / "agent.toml"


@pytest.mark.parametrize("fault", sorted(path.name for path in BAD.iterdir()))
def test_fault_is_said_as_expected(fault: str, tmp_path: Path) -> None:
    """What the user sees is in expected.txt, word for word."""
    shutil.copytree(BAD / fault, tmp_path / "etc")
    for secret in (tmp_path / "etc").glob("password"):
        secret.chmod(0o600)  # git keeps no such rights
    settings, problems = config.load(tmp_path / "etc" / "agent.toml")
    assert settings is None
    assert all(problem.place.line >= 1 and problem.details for problem in problems)
    said = as_text(problems).replace(f"{tmp_path}/etc/", "")
    assert said == (BAD / fault / "expected.txt").read_text("utf-8")


def test_sample_loads_with_paths_from_its_own_folder(sample: Path) -> None:
    settings, problems = config.load(sample)
    assert problems == []
    assert settings is not None
    assert (settings.venue, settings.pc, settings.broker.host) == ("yb-0012", "07", "mqtt.example.vn")
    assert settings.broker.ca_file == sample.parent / "ca.pem"
    assert settings.spool.folder == sample.parent / "state"
    assert settings.broker.password() == "correct horse"


def test_sample_shows_every_setting_and_its_default(sample: Path) -> None:
    """A line behind a single # is the default: taken in, it changes nothing but catalogue and list."""
    text = config.SAMPLE.read_text("utf-8")
    full = re.sub(r"^# (?=[a-z_]+ = )", "", text, flags=re.MULTILINE)
    data = tomllib.loads(full)
    shown = {f"{k}.{inner}" for k, v in data.items() if isinstance(v, dict) for inner in v}
    shown |= {k for k, v in data.items() if not isinstance(v, dict)}
    assert shown == {key.name for key in config.KEYS}
    before, _ = config.load(sample)
    for file in ('catalogue = "games.csv"', 'list = "blocklist.qnl"', 'resolvers = "resolvers.csv"'):
        full = full.replace(file, "")
    sample.write_text(full)
    assert config.load(sample) == (before, [])


def test_no_secret_stands_in_settings(sample: Path) -> None:
    settings, _ = config.load(sample)
    assert "correct horse" not in repr(settings)


@pytest.mark.parametrize("mode", [0o604, 0o644, 0o777])
def test_a_password_for_everybody_is_a_warning(sample: Path, mode: int) -> None:
    (sample.parent / "password").chmod(mode)
    settings, (problem,) = config.load(sample)
    assert settings is not None
    assert problem.severity is Severity.WARNING
    assert "can be read by everybody" in problem.summary
    assert problem.place.source == 'password_file = "password"'


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o400])
def test_a_password_for_few_is_none(sample: Path, mode: int) -> None:
    (sample.parent / "password").chmod(mode)
    assert config.load(sample)[1] == []


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    settings, (problem,) = config.load(tmp_path / "agent.toml")
    assert settings is None
    assert problem.summary == "cannot be read: No such file or directory"


def test_sensors_are_taken_in_their_own_order(sample: Path) -> None:
    text = sample.read_text().replace(
        '# sensors = ["host", "games", "session", "sites", "blind"]', 'sensors = ["session", "host"]'
    )
    sample.write_text(text)
    settings, _ = config.load(sample)
    assert settings is not None
    assert settings.sensors == ("host", "session")
