"""The real agent as a process on this machine: what it sees reaches the database, through every interruption."""

import queue
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector import wire
from collector.influx import Influx
from collector.subscriber import Subscriber
from provisioning.local.agent import LocalAgent
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


def agent(stack: Stack) -> LocalAgent:
    made = LocalAgent(stack.folder / "pc", stack.endpoint(VENUE), VENUE, PC, every=1)
    stack.adopt(made)
    return made


def numbers(influx: Influx) -> list[int]:
    answer = influx.query("SELECT n FROM agent")
    return sorted(answer[0].column("n")) if answer else []


def ask(agent: LocalAgent, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(agent.command(*arguments), capture_output=True, text=True, check=False)


def test_a_game_that_runs_here_is_stored_with_the_venues_identity(stack, influx, tmp_path):
    game = tmp_path / "moon-buggy"
    shutil.copy("/bin/sleep", game)
    stack.adopt(Child("game", [str(game), "60"], stack.logs / "game.log"))
    stack.ingest()
    running = agent(stack)
    running.wait_until(
        lambda: bool(influx.query("SELECT play FROM games WHERE game = 'moon-buggy' AND play > 0"))
    )
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
    running.wait_until(lambda: running.state()["failing"] == ["broker"] and running.state()["queued"] >= 3)
    told = ask(running, "status")
    assert told.returncode == 1
    assert "broker" in told.stdout
    stack.mosquitto.restart()
    running.wait_until(lambda: "broker works again" in running.tail())
    numbered = running.state()["numbered"]
    running.wait_until(lambda: len(numbers(influx)) >= numbered)
    found = numbers(influx)
    assert found == list(range(1, len(found) + 1))
    assert running.tail(10_000).count("broker fails") == 1


def test_a_clean_stop_says_goodbye_and_a_kill_leaves_the_will(stack):
    """What presence reads of it, asked of the broker itself."""
    stack.ingest()
    running = agent(stack)
    seen: queue.Queue[str] = queue.Queue()
    topic = wire.topic(VENUE, PC, "status")
    broker = stack.deploy.broker
    listener = Subscriber(
        "listener", broker, topic, lambda _, text: seen.put(wire.decode_status(text)["state"])
    )
    listener.start()
    try:
        assert seen.get(timeout=20) == wire.ONLINE
        running.kill()
        assert seen.get(timeout=20) == wire.LOST
        running.restart()
        assert seen.get(timeout=20) == wire.ONLINE
        assert running.stop() == 0
        assert seen.get(timeout=20) == wire.CLOSING
    finally:
        listener.stop()


def test_two_agents_cannot_share_a_spool(stack):
    running = agent(stack)
    running.wait_until(lambda: bool(running.state()))
    second = ask(running, "run")
    assert second.returncode == 3
    assert "locked" in second.stderr


def test_once_prints_what_would_be_sent_and_sends_nothing(stack, influx):
    running = agent(stack)
    running.wait_until(lambda: bool(running.state()))
    running.stop()
    numbered = running.state()["numbered"]
    result = ask(running, "once", "--wait", "0.2")
    assert result.returncode == 0
    assert {line.split(",")[0].split(" ")[0] for line in result.stdout.splitlines()} == {
        "host",
        "games",
        "session",
    }
    assert (running.state()["numbered"], numbers(influx)) == (numbered, [])


def test_bad_settings_are_told_all_at_once_with_exit_code_1(tmp_path):
    path = tmp_path / "agent.toml"
    path.write_text('venu = "yb-0012"\npc = "0 7"\n[broker]\nport = "x"\n')
    command = [sys.executable, "-m", "collector.agent", "--config", str(path), "run"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr.count("error: ") >= 4
    assert "agent.toml:1:1" in result.stderr


def test_status_before_the_first_run_cannot_judge(stack):
    running = agent(stack)
    running.kill()
    assert ask(running, "status").returncode == 3
