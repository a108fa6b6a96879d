"""The real agent as a process on this machine: what it sees reaches the database, through every interruption."""

import json
import queue
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector import wire
from collector.agent.loop import STATUS_FILE
from collector.influx import Influx
from collector.ingest.consumer import server_client
from provisioning.local.process import Child
from provisioning.local.stack import Stack

VENUE, PC = "yb-0031", "01"


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with Stack(tmp_path / "stack") as made:
        yield made


@pytest.fixture
def influx(stack: Stack) -> Iterator[Influx]:
    connection = Influx(stack.deploy.influx)
    yield connection
    connection.close()


def settings(stack: Stack) -> Path:
    """An agent.toml for a PC of the stack's site."""
    endpoint = stack.endpoint(VENUE)
    password = stack.folder / "password"
    password.touch(0o600)
    password.write_text(endpoint.password)
    path = stack.folder / "agent.toml"
    path.write_text(
        f"""
venue = "{VENUE}"
pc = "{PC}"
interval = 1
[broker]
host = "{endpoint.host}"
port = {endpoint.port}
ca_file = "{endpoint.ca_file}"
password_file = "{password}"
[spool]
folder = "{stack.folder / "spool"}"
"""
    )
    return path


def agent(stack: Stack) -> Child:
    command = [sys.executable, "-m", "collector.agent", "--config", str(settings(stack)), "run"]
    return stack.adopt(Child("agent", command, stack.logs / "agent.log"))


def numbers(influx: Influx) -> list[int]:
    answer = influx.query("SELECT n FROM agent")
    return sorted(answer[0].column("n")) if answer else []


def state(stack: Stack) -> dict:
    return json.loads((stack.folder / "spool" / STATUS_FILE).read_text())


def ask(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "collector.agent", "--config", str(settings(stack)), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_game_that_runs_here_is_stored_with_the_venues_identity(stack, influx, tmp_path):
    game = tmp_path / "moon-buggy"
    shutil.copy("/bin/sleep", game)
    stack.adopt(Child("game", [str(game), "60"], stack.logs / "game.log"))
    stack.ingest()
    running = agent(stack)
    running.wait_until(lambda: bool(influx.query("SELECT play FROM games WHERE game = 'moon-buggy' AND play > 0")))
    (series,) = influx.query("SELECT last(play) FROM games GROUP BY venue, pc, place, class, game")[:1]
    assert (series.tags["venue"], series.tags["pc"], series.tags["class"]) == (VENUE, PC, "agent")
    for measurement in ("agent", "host", "session"):
        running.wait_until(lambda m=measurement: bool(influx.query(f'SELECT * FROM "{m}"')))
    assert running.stop() == 0


def test_a_killed_agent_goes_on_where_it_stopped(stack, influx):
    stack.ingest()
    running = agent(stack)
    running.wait_until(lambda: len(numbers(influx)) >= 2)
    running.kill()
    before = numbers(influx)
    running.restart()
    running.wait_until(lambda: len(numbers(influx)) >= len(before) + 2)
    found = numbers(influx)
    assert found == list(range(1, len(found) + 1))
    assert len(influx.query("SELECT n FROM agent GROUP BY stream")) == 1


def test_a_broker_that_is_away_is_told_once_and_nothing_is_lost(stack, influx):
    stack.ingest()
    running = agent(stack)
    running.wait_until(lambda: len(numbers(influx)) >= 1)
    stack.mosquitto.kill()
    running.wait_until(lambda: state(stack)["failing"] == ["broker"] and state(stack)["queued"] >= 3)
    told = ask(stack, "status")
    assert told.returncode == 1
    assert "broker" in told.stdout
    stack.mosquitto.restart()
    running.wait_until(lambda: "broker works again" in running.tail())
    numbered = state(stack)["numbered"]
    running.wait_until(lambda: len(numbers(influx)) >= numbered)
    found = numbers(influx)
    assert found == list(range(1, len(found) + 1))
    assert running.tail(10_000).count("broker fails") == 1


def test_a_clean_stop_says_goodbye_and_a_kill_leaves_the_will(stack):
    """What presence reads of it, asked of the broker itself."""
    stack.ingest()
    running = agent(stack)
    seen: queue.Queue[str] = queue.Queue()
    listener = server_client("listener", stack.deploy.broker)
    listener.on_connect = lambda client, *_: client.subscribe(wire.topic(VENUE, PC, "status"))
    listener.on_message = lambda _client, _data, message: seen.put(wire.decode_status(message.payload)["state"])
    listener.connect(stack.deploy.broker.host, stack.deploy.broker.port)
    listener.loop_start()
    try:
        assert seen.get(timeout=20) == wire.ONLINE
        running.kill()
        assert seen.get(timeout=20) == wire.LOST
        running.restart()
        assert seen.get(timeout=20) == wire.ONLINE
        assert running.stop() == 0
        assert seen.get(timeout=20) == wire.CLOSING
    finally:
        listener.disconnect()
        listener.loop_stop()


def test_two_agents_cannot_share_a_spool(stack):
    running = agent(stack)
    running.wait_until(lambda: (stack.folder / "spool" / "status.json").exists())
    second = ask(stack, "run")
    assert second.returncode == 3
    assert "locked" in second.stderr


def test_once_prints_what_would_be_sent_and_sends_nothing(stack):
    result = ask(stack, "once", "--wait", "0.2")
    assert result.returncode == 0
    assert {line.split(",")[0].split(" ")[0] for line in result.stdout.splitlines()} == {"host", "games", "session"}
    assert not (stack.folder / "spool").exists()


def test_bad_settings_are_told_all_at_once_with_exit_code_1(tmp_path):
    path = tmp_path / "agent.toml"
    path.write_text('venu = "yb-0012"\npc = "0 7"\n[broker]\nport = "x"\n')
    command = [sys.executable, "-m", "collector.agent", "--config", str(path), "run"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr.count("error: ") >= 4
    assert "agent.toml:1:1" in result.stderr


def test_status_before_the_first_run_cannot_judge(stack):
    assert ask(stack, "status").returncode == 3
