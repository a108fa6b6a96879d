"""`quannet deadletter` as an administrator meets it, on a real database."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

import cli
from collector import wire
from collector.clock import FrozenClock, SystemClock
from collector.conventions import DEPLOY_ROSTER
from collector.deploy import load
from collector.ingest.deadletter import FILE_NAME, DeadLetters
from collector.ingest.pipeline import Dead
from collector.wire import Frame
from provisioning.local.process import free_port

STREAM = "ab" * 16
TOPIC = wire.topic("yb-0012", "99", "data")
HOUR_AGO = SystemClock().wall() - timedelta(hours=1)
STAMP = int(HOUR_AGO.timestamp())


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def run(state):
    def run(*words):
        given = ["deadletter", *map(str, words), "--state", str(state)]
        result = CliRunner().invoke(cli.main, given, catch_exceptions=False)
        return result.exit_code, result.stdout, result.stderr.strip()

    return run


@pytest.fixture
def letters(state):
    """Four, an hour ago: of an unregistered PC, a line, something unreadable, and of an unknown venue."""
    frame = Frame(
        STREAM, 1, (f'agent n=1i,stream="{STREAM}",clock="server" {STAMP}', f"host cpu=1.0 {STAMP}")
    )
    whole = wire.encode([frame])
    DeadLetters(state, FrozenClock(HOUR_AGO)).add(
        [
            Dead("pc", "yb-0012/99 is not in the registry", TOPIC, whole),
            Dead(
                "field",
                "host has no field fans",
                wire.topic("yb-0012", "01", "data"),
                f"host fans=1i {STAMP}".encode(),
            ),
            Dead("zlib", "cut short", wire.topic("yb-0031", "01", "data"), b"\x78\x1b"),
            Dead("venue", "yb-9999/01 is not in the registry", wire.topic("yb-9999", "01", "data"), whole),
        ]
    )


def register(deployed, pc: str) -> None:
    path = deployed / DEPLOY_ROSTER
    roster = json.loads(path.read_text("utf-8"))
    for venue in roster["venues"]:
        if venue["id"] == "yb-0012":
            venue["pcs"].append(pc)
    path.write_text(json.dumps(roster), "utf-8")


def reasons(out: str) -> list[str]:
    return [line.split()[2] for line in out.splitlines()[1:] if line[0] != " "]


def test_without_letters_there_is_nothing_to_list(run):
    assert run("list") == (0, "", "0 letters")


def test_letters_are_listed_and_narrowed(run, letters):
    code, out, err = run("list")
    assert (code, err) == (0, "4 letters")
    assert sorted(reasons(out)) == ["field", "pc", "venue", "zlib"]
    assert reasons(run("list", "--reason", "pc")[1]) == ["pc"]
    assert sorted(reasons(run("list", "--venue", "yb-0012")[1])) == ["field", "pc"]
    assert len(reasons(run("list", "--last", 1)[1])) == 1


def test_a_payload_is_shown_escaped_and_as_json_whole(run, letters):
    out = run("list", "--reason", "zlib", "--payload")[1]
    assert out.splitlines()[-1] == "    x\\x1b"
    code, out, _ = run("list", "--reason", "pc", "--json")
    (letter,) = json.loads(out)["letters"]
    assert (code, letter["venue"], letter["pc"], letter["replayed"]) == (0, "yb-0012", "99", None)


def test_torn_lines_are_counted(run, letters, state):
    with (state / FILE_NAME).open("ab") as file:
        file.write(b'{"at": "20')
    assert run("list")[2] == "4 letters; 1 torn lines"


def test_after_a_pc_was_registered_its_letters_are_stored_and_leave_the_list(run, letters, deployed, influx):
    code, out, _ = run("replay", "--deploy", deployed)
    refused = [f"1 still refused: {reason}" for reason in ("field", "pc", "venue", "zlib")]
    assert (code, out.splitlines()) == (1, ["0 letters stored, 0 lines", *refused])
    register(deployed, "99")
    mended = ("replay", "--deploy", deployed, "--reason", "pc")
    assert run(*mended, "--dry-run") == (0, "1 letters would be stored, 2 lines\n", "")
    assert influx.query("SELECT cpu FROM host") == []
    assert run(*mended) == (0, "1 letters stored, 2 lines\n", "")
    (series,) = influx.query("SELECT cpu FROM host GROUP BY venue, pc, class")
    assert (series.tags, series.rows) == (
        {"venue": "yb-0012", "pc": "99", "class": "game"},
        ((STAMP * 1000, 1),),
    )
    assert run(*mended) == (0, "0 letters stored, 0 lines\n", "")
    assert sorted(reasons(run("list")[1])) == ["field", "venue", "zlib"]
    assert "stored by replay" in run("list", "--all")[1]


def test_what_it_did_as_json(run, letters, deployed):
    code, out, _ = run("replay", "--deploy", deployed, "--venue", "yb-0031", "--json")
    assert (code, json.loads(out)) == (1, {"stored": 0, "lines": 0, "refused": {"zlib": 1}})


def test_a_database_that_is_away_leaves_it_open(run, letters, deployed):
    register(deployed, "99")
    settings = (deployed / "server.toml").read_text("utf-8")
    url = load(deployed).influx.url
    (deployed / "server.toml").write_text(settings.replace(url, f"http://127.0.0.1:{free_port()}"), "utf-8")
    code, out, err = run("replay", "--deploy", deployed)
    assert (code, out, err.startswith("error: ")) == (3, "", True)
    assert "pc" in reasons(run("list")[1])


def test_a_state_folder_that_is_none_has_no_letters_to_replay(run, deployed, state):
    code, _, err = run("replay", "--deploy", deployed)
    assert (code, str(state) in err) == (3, True)
