"""`quannet audit` as an administrator meets it, on a real database."""

import json
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner

import cli
from collector.clock import LOCAL, SystemClock, local
from collector.deploy import load
from collector.ingest.deadletter import DeadLetters
from collector.ingest.pipeline import Dead
from collector.lineprotocol import Point, encode
from collector.wire import Frame
from collector.wire import encode as payload
from provisioning.local.process import free_port

A, B = "aa" * 16, "bb" * 16
AT = int(datetime(2026, 3, 2, 14, 0, tzinfo=LOCAL).timestamp())
PERIOD = ("--from", "2026-03-02", "--to", "2026-03-03")

TOLD = """\
yb-0012/01: 2 missing (3–4 of stream aaaaaaaa), between 2026-03-02 14:01:00 and 14:02:30; given up by the agent: its spool was full or the messages too old
yb-0012/02: 2 missing (2–3 of stream bbbbbbbb), between 2026-03-02 14:00:30 and 14:02:00; refused: its messages lie among the dead letters
yb-0012/03: 1 missing (1 of stream cccccccc), between what is stored and 2026-03-02 14:01:00; unexplained
yb-0012/04: 2 stored at two times (2–3 of stream dddddddd), between 2026-03-02 14:01:00 and 14:01:35; two PCs run one agent's copy
yb-0012/05: stream ffffffff began, between 2026-03-02 14:01:00 and 14:10:30; the agent was installed anew
yb-0012/06: 2 streams at the same time, between 2026-03-02 14:00:45 and 14:00:45; two PCs use one name
"""


@pytest.fixture
def run(deployed, tmp_path):
    def run(*words):
        given = ["audit", "--deploy", str(deployed), "--state", str(tmp_path / "state"), *words]
        result = CliRunner().invoke(cli.main, given, catch_exceptions=False)
        return result.exit_code, result.stdout, result.stderr.strip()

    return run


def lines(pc, *numbers, stream=A, begin=AT, **more):
    tags = {"venue": "yb-0012", "pc": pc, "place": "04273", "class": "game"}
    return [encode(Point("agent", tags, {"n": n, "stream": stream, **more}, begin + n * 30)) for n in numbers]


def test_where_all_is_stored_it_says_so_and_exits_0(run, influx):
    influx.write(lines("01", 1, 2, 3) + lines("02", 1, 2, stream=B))
    assert run(*PERIOD) == (
        0,
        "",
        "2026-03-02 00:00:00 to 2026-03-03 00:00:00: 2 PCs, 5 messages; no gap",
    )


def test_each_finding_is_a_line_with_numbers_times_and_what_explains_it(run, influx, tmp_path):
    influx.write(
        lines("01", 1, 2, 5, dropped=2) + lines("02", 1, 4, stream=B) + lines("03", 2, stream="cc" * 16)
    )
    influx.write(lines("04", 1, 2, 3, stream="dd" * 16) + lines("04", 2, 3, stream="dd" * 16, begin=AT + 5))
    influx.write(lines("05", 1, 2, stream="ee" * 16) + lines("05", 1, stream="ff" * 16, begin=AT + 600))
    influx.write(lines("06", 1, 2, 3, stream="12" * 16) + lines("06", 1, stream="34" * 16, begin=AT + 15))
    frames = [Frame(B, n, ("x",)) for n in (2, 3)]
    DeadLetters(tmp_path / "state", SystemClock()).add([Dead("old", "", "", payload(frames))])
    code, out, err = run(*PERIOD)
    assert out == TOLD
    assert err.endswith(
        "5 missing in 3 gaps, 2 stored twice, 1 names that two PCs use, 1 agents installed anew"
    )
    assert code == 1


def test_the_same_as_json(run, influx):
    influx.write(lines("01", 1, 2, 5))
    code, out, err = run(*PERIOD, "--json")
    found = json.loads(out)
    assert (code, err, found["pcs"], found["messages"], found["clean"]) == (1, "", 1, 3, False)
    assert found["findings"] == [
        {
            "kind": "gap",
            "venue": "yb-0012",
            "pc": "01",
            "stream": A,
            "first": 3,
            "last": 4,
            "messages": 2,
            "from": "2026-03-02T14:01:00+07:00",
            "to": "2026-03-02T14:02:30+07:00",
            "why": "unknown",
        }
    ]


def test_by_default_it_looks_at_yesterday(run, influx):
    midnight = local(SystemClock().wall()).replace(hour=0, minute=0, second=0, microsecond=0)
    yesterday = int((midnight - timedelta(hours=5)).timestamp())
    influx.write(lines("01", 1, 3, begin=yesterday) + lines("02", 1, 3, begin=yesterday + 5 * 3600))
    code, out, _ = run()
    assert (code, [line.split(":")[0] for line in out.splitlines()]) == (1, ["yb-0012/01"])


def test_a_database_that_is_away_leaves_it_open(run, deployed):
    settings = (deployed / "server.toml").read_text("utf-8")
    url = load(deployed).influx.url
    (deployed / "server.toml").write_text(settings.replace(url, f"http://127.0.0.1:{free_port()}"), "utf-8")
    assert run(*PERIOD)[0] == 3


def test_a_database_that_is_not_there_leaves_it_open(run, influx, deployed):
    settings = (deployed / "server.toml").read_text("utf-8")
    name = load(deployed).influx.database
    (deployed / "server.toml").write_text(settings.replace(f'"{name}"', '"gone"'), "utf-8")
    code, _, err = run(*PERIOD)
    assert (code, "not found" in err) == (3, True)


def test_a_period_that_is_none_is_wrong_usage(run):
    assert run("--from", "2026-03-03", "--to", "2026-03-02")[0] == 2
