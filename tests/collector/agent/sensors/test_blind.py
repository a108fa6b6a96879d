"""The sensor on this machine: allowed, forbidden, stopped; and what it takes from the settings."""

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from collector import schema
from collector.agent import config
from collector.agent.blindness.evidence import Blindness
from collector.agent.platform.linux import LinuxPlatform
from collector.agent.sensors.blind import BlindSensor, points
from collector.clock import SystemClock
from collector.lineprotocol import encode

LISTED = SimpleNamespace(in_force=True, renew=lambda: None)  # some list is in force

CLOCK = SystemClock()


def settings(**blind: object) -> config.Settings:
    broker = config.Broker(host="127.0.0.1", password_file=Path("password"))
    own = config.BlindSettings(**blind)
    return config.Settings("yb-0012", "07", broker, config.SpoolSettings(Path("state")), blind=own)


def seen(sensor: BlindSensor) -> list[str]:
    return [
        f"{p.tags['reason']} {p.fields['blind']} {p.fields['detail']}" for p in sensor.sample(CLOCK.instant())
    ]


def reasons(sensor: BlindSensor) -> set[str]:
    return {line.partition(" ")[0] for line in seen(sensor)}


def as_nobody(look: Callable[[], list[str]]) -> str:
    """What a child of ours says after it gave up being root."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            os.write(write, "\n".join(look()).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(write)
    with os.fdopen(read) as answers:
        text = answers.read()
    assert os.waitpid(pid, 0)[1] == 0
    return text


def test_who_may_not_look_says_so_at_once() -> None:
    """Run as nobody: the system refuses, in the very first sample."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    sensor = BlindSensor.build(
        settings(), LinuxPlatform(), LISTED
    )  # nobody may not even read what is to be imported
    said = as_nobody(lambda: seen(sensor))
    assert "no_permission 1 Operation not permitted" in said.splitlines()
    assert "sensor_stopped" not in said


def test_a_capture_that_runs_is_no_reason_and_one_that_stopped_begins_again() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may look at packets")
    platform = LinuxPlatform()
    sensor = BlindSensor.build(settings(), platform, LISTED)
    try:
        for _ in range(3):
            assert not reasons(sensor) & {"no_permission", "sensor_stopped", "events_lost"}
        platform.lookout.stop()
        assert not platform.lookout.view().running
        assert not reasons(sensor) & {"no_permission", "sensor_stopped"}
        assert platform.lookout.view().running
    finally:
        platform.lookout.stop()


def test_lines_fit_the_schema() -> None:
    measurement = schema.BY_NAME["blind"]
    for said in ([], [Blindness("doh", "chromium: google\n\x00")]):
        (point,) = points(said)
        assert set(point.tags) == set(measurement.tag_names) - set(measurement.identity)
        assert {name: type(value) for name, value in point.fields.items()} == {
            field.name: field.kind.value for field in measurement.fields
        }
        assert "\n" not in encode(point)


def test_a_sites_resolvers_are_known_beside_ours(tmp_path: Path) -> None:
    own = tmp_path / "resolvers.csv"
    own.write_text("id,value,source\nlab,10.0.0.53,this test\n")
    sensor = BlindSensor.build(settings(resolvers=own), LinuxPlatform(), LISTED)
    known = sensor._collector._resolvers
    assert (known.of_address("10.0.0.53"), known.of_address("8.8.8.8")) == ("lab", "google")


def test_an_unfit_list_stops_the_build(tmp_path: Path) -> None:
    own = tmp_path / "resolvers.csv"
    own.write_text("id,value,source\nlab,10.0.0.553,this test\n")
    with pytest.raises(ValueError, match="neither address nor name"):
        BlindSensor.build(settings(resolvers=own), LinuxPlatform(), LISTED)
    with pytest.raises(FileNotFoundError):
        BlindSensor.build(settings(resolvers=tmp_path / "none.csv"), LinuxPlatform(), LISTED)


def test_without_a_list_in_force_there_is_nothing_to_be_blind_to() -> None:
    nothing = SimpleNamespace(in_force=False, renew=lambda: None)
    platform = LinuxPlatform()
    assert BlindSensor.build(settings(), platform, nothing).sample(SystemClock().instant()) == []
    assert not platform.lookout.view().running
