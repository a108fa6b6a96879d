"""A write-ahead log that a crash tore: sealed, influxd loses nothing that it acknowledged."""

import re
import tomllib

import pytest
from click.testing import CliRunner

import cli
from collector.influx import Influx
from provisioning.local.influxd import Influxd
from provisioning.targets import influxdb, systemd
from provisioning.wal import seal

START = 1_772_438_400
# A record's head that promises 16 KiB, and less behind it: what a kill in the middle of a write leaves.
TORN = b"\x01\x00\x00\x40\x00" + b"x" * 1000


def acknowledged(influx: Influx, batch: int) -> None:
    """Ten points more, stored as far as the database says."""
    influx.write([f"m v={n}i {START + 10 * batch + n}" for n in range(10)])


def count(influx: Influx) -> int:
    return influx.query("SELECT count(v) FROM m")[0].column("count")[0]


def torn_then_killed(folder, *, sealed: bool) -> int:
    """Points left of 20: ten before a kill that tears the log, ten between that and the next kill."""
    with Influxd(folder, sealed=sealed) as influxd:
        influx = Influx(influxd.access)
        acknowledged(influx, 0)
        influxd.kill()
        (segment,) = influxd.wal.rglob("*.wal")
        with segment.open("ab") as file:
            file.write(TORN)
        influxd.restart()
        assert count(influx) == 10
        acknowledged(influx, 1)
        assert count(influx) == 20
        influxd.kill()
        influxd.restart()
        left = count(influx)
        influx.close()
        return left


def test_sealed_a_second_kill_loses_nothing(tmp_path):
    assert torn_then_killed(tmp_path, sealed=True) == 20


def test_unsealed_influxd_loses_what_it_acknowledged(tmp_path):
    """Where this fails, influxd has been mended and the seal may go."""
    assert torn_then_killed(tmp_path, sealed=False) == 10


def segment(folder, name: str, content: bytes):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_each_shards_last_segment_is_followed_by_an_empty_one(tmp_path):
    segment(tmp_path, "quannet/autogen/2/_00001.wal", b"old")
    segment(tmp_path, "quannet/autogen/2/_00009.wal", b"last")
    segment(tmp_path, "quannet/days/31/_00003.wal", b"last")
    made = seal(tmp_path)
    assert [str(path.relative_to(tmp_path)) for path in made] == [
        "quannet/autogen/2/_00010.wal",
        "quannet/days/31/_00004.wal",
    ]
    assert all(path.read_bytes() == b"" for path in made)
    assert seal(tmp_path) == []


@pytest.mark.parametrize("name", ["_0001.wal", "_copy.wal", "00001.wal", "_00001.wal.old"])
def test_what_is_no_segment_is_left_alone(tmp_path, name):
    segment(tmp_path, f"quannet/autogen/2/{name}", b"not influxd's")
    assert seal(tmp_path) == []


def test_a_folder_that_is_not_there_yet_has_nothing_to_seal(tmp_path):
    assert seal(tmp_path / "wal") == []


def test_the_command_names_what_it_made_and_says_nothing_where_there_is_nothing_to_do(tmp_path):
    segment(tmp_path, "quannet/autogen/2/_00001.wal", b"last")
    first = CliRunner().invoke(cli.main, ["seal", str(tmp_path)])
    assert (first.exit_code, first.output) == (0, f"{tmp_path}/quannet/autogen/2/_00002.wal\n")
    second = CliRunner().invoke(cli.main, ["seal", str(tmp_path)])
    assert (second.exit_code, second.output) == (0, "")


def test_a_disk_that_refuses_leaves_the_database_down_and_says_why(tmp_path):
    segment(tmp_path, f"quannet/autogen/2/_{'9' * 250}.wal", b"the next name is too long for a file")
    result = CliRunner().invoke(cli.main, ["seal", str(tmp_path)])
    assert result.exit_code == 3
    assert "error: [Errno 36] File name too long" in result.output


def test_the_generated_unit_seals_the_log_that_the_generated_configuration_names(good_site):
    found = good_site()
    unit = systemd.render(found)["systemd/influxdb.service.d/quannet.conf"]
    config = tomllib.loads(influxdb.render(found)[influxdb.CONFIG])
    before = re.findall(r"^ExecStartPre=(.+)$", unit, re.MULTILINE)
    assert before == [f"/opt/quannet/bin/quannet seal {config['data']['wal-dir']}"]
