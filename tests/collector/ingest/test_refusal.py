"""An agent newer than its server, as real processes: told so in words, it keeps what it has and loses nothing."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.influx import Influx
from collector.ingest.deadletter import read
from provisioning.local.agent import LocalAgent
from provisioning.local.stack import Stack

VENUE, PC = "yb-0031", "01"
WORDS = "version: wire 2; this server speaks 1"

NEWER = """
import sys
from collector import wire
wire.WIRE_VERSION = 2
from collector.agent.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


class NewerAgent(LocalAgent):
    """The same program, from a day on which there is a wire version 2."""

    newer = True

    def command(self, *arguments: str) -> list[str]:
        words = super().command(*arguments)
        return [sys.executable, "-c", NEWER, *words[3:]] if self.newer else words


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with Stack(tmp_path / "stack") as made:
        yield made


@pytest.fixture
def influx(stack: Stack) -> Iterator[Influx]:
    connection = Influx(stack.deploy.influx)
    yield connection
    connection.close()


def numbers(influx: Influx) -> list[int]:
    return sorted(n for series in influx.query("SELECT n FROM agent") for n in series.column("n"))


def test_a_newer_agent_shows_the_servers_words_keeps_its_messages_and_delivers_them_later(stack, influx):
    stack.ingest()
    agent = NewerAgent(stack.folder / "pc", stack.endpoint(VENUE), VENUE, PC, every=1)
    stack.adopt(agent)
    agent.wait_until(lambda: agent.state().get("refused") == WORDS and agent.state()["queued"] >= 3)
    told = subprocess.run(agent.command("status"), capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert WORDS in told.stdout
    assert agent.state()["failing"] == ["server"]
    assert agent.tail(10_000).count("server fails") == 1
    letters = list(read(stack.folder / "state"))
    assert {(letter.reason, letter.sender) for letter in letters} == {("version", (VENUE, PC))}
    assert len(letters) <= 3  # it pauses
    assert numbers(influx) == []

    agent.stop()
    agent.newer = False
    agent._command = agent.command("run")
    agent.restart()
    agent.wait_until(lambda: agent.state()["refused"] == "" and len(numbers(influx)) >= 5)
    found = numbers(influx)
    assert found == list(range(1, len(found) + 1))
