"""The server's processes as their supervisor and their log see them: real ones, on a real deployment."""

import json
import signal
import sys
from dataclasses import replace

import pytest
from click.testing import CliRunner

import cli
from collector import wire
from collector.agent.link import make_client, tls_context
from collector.clock import SystemClock
from collector.conventions import DEPLOY_ROSTER
from collector.influx import Influx
from collector.roster import Roster, dumps
from collector.supervised import VARIABLE
from collector.supervisor import Supervisor, Word
from provisioning.local.process import Child, free_port, listens
from provisioning.local.stack import Stack

VENUE = "yb-0012"


class Watched(Child):
    """One of quannet's processes, logging JSON, and all that it told its supervisor."""

    def __init__(self, stack: Stack, monkeypatch, command: str, *arguments: str) -> None:
        self.supervisor = Supervisor()
        self.words: list[Word] = []
        words = [sys.executable, "-m", "cli", "--log", "json", command]
        words += ["--deploy", str(stack.deploy.folder), *arguments]
        monkeypatch.setenv(VARIABLE, self.supervisor.address)
        super().__init__(command, words, stack.logs / f"{command}.jsonl", cwd=stack.folder)
        monkeypatch.delenv(VARIABLE)

    def heard(self, seconds: float = 0.0) -> list[Word]:
        self.words += self.supervisor.hear(seconds)
        return self.words

    def is_ready(self) -> bool:
        return any(word.ready for word in self.heard())

    def status(self) -> str:
        return next((word.status for word in reversed(self.heard()) if word.status is not None), "")

    def alive_within(self, seconds: float) -> bool:
        """Whether it gives a sign of life in the next seconds."""
        clock = SystemClock()
        self.heard()
        before, deadline = len(self.words), clock.monotonic() + seconds
        while clock.monotonic() < deadline:
            if any(word.alive for word in self.heard(0.1)[before:]):
                return True
        return False

    def entries(self) -> list[dict]:
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]

    def said(self, words: str) -> int:
        return sum(words in entry["message"] for entry in self.entries())

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        self.supervisor.close()


@pytest.fixture
def stack(tmp_path):
    with Stack(tmp_path / "stack") as made:
        yield made


@pytest.fixture
def start(stack, monkeypatch):
    return lambda *words: stack.adopt(Watched(stack, monkeypatch, *words))


def test_presence_is_ready_when_it_hears_the_broker_and_silent_while_its_work_hangs(stack, start):
    stack.mosquitto.kill()
    child = start("presence", "--every", "1")
    child.wait_until(lambda: child.status() == "waiting for the broker")
    assert not child.is_ready()
    stack.mosquitto.restart()
    child.wait_until(child.is_ready)
    pcs = sum(len(venue.pcs) for venue in stack.deploy.roster().get().venues)
    child.wait_until(lambda: child.status() == f"{pcs} PCs, 0 observed")
    stack.influxd.process.send_signal(signal.SIGSTOP)  # it takes the question and never answers
    try:
        child.wait_until(lambda: not child.alive_within(2))
    finally:
        stack.influxd.process.send_signal(signal.SIGCONT)
    child.wait_until(lambda: child.alive_within(2))
    assert child.stop() == 0


def test_presence_takes_a_new_roster_without_a_restart_and_keeps_the_last_good_one(stack, start):
    child = start("presence", "--every", "1")
    roster = stack.deploy.roster().get()
    file = stack.deploy.folder / DEPLOY_ROSTER
    one = replace(roster.venues[0], pcs=("01",))
    file.write_text(dumps(Roster(roster.site, (one,))), "utf-8")
    child.wait_until(lambda: child.status() == "1 PCs, 0 observed")
    file.write_text("{half", "utf-8")
    child.wait_until(lambda: child.said("the roster cannot be read") == 1)
    child.heard()
    child.words.clear()
    child.wait_until(lambda: sum(word.alive for word in child.heard()) >= 2)
    assert child.said("the roster cannot be read") == 1
    file.write_text(dumps(roster), "utf-8")
    child.wait_until(lambda: child.said("the roster can be read again") == 1)
    pcs = sum(len(venue.pcs) for venue in roster.venues)
    child.wait_until(lambda: child.status() == f"{pcs} PCs, 0 observed")


def test_watch_and_preview_are_ready_when_they_serve_and_write_their_health(stack, start):
    port = free_port()
    watch, preview = (
        start("watch", "--state", str(stack.folder / "state")),
        start("preview", "--port", str(port)),
    )
    preview.wait_until(preview.is_ready)
    assert listens(port)
    assert preview.alive_within(3)
    watch.wait_until(watch.is_ready)
    watch.wait_until(lambda: watch.status().endswith(" rules, 0 violations, 0 notices wait"))
    influx = Influx(stack.deploy.influx)
    for name in ("preview", "watch"):
        watch.wait_until(
            lambda name=name: bool(influx.query(f"SELECT rss FROM process WHERE process = '{name}'"))
        )
    influx.close()
    assert (watch.stop(), preview.stop()) == (0, 0)


def test_the_log_says_what_happened_and_names_nobody(stack, start):
    """Whatever a PC may send, and whatever is away: no page, no person, no venue's name, no password."""
    child = start("presence", "--every", "1")
    child.wait_until(child.is_ready)
    endpoint = stack.endpoint(VENUE)
    client = make_client("ab" * 16, endpoint, tls_context(endpoint))
    client.connect(endpoint.host, endpoint.port)
    client.loop_start()
    payload = json.dumps({"state": "nguyen.van.a@venue.example watches casino.example"})
    client.publish(wire.topic(VENUE, "01", "status"), payload, qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()
    child.wait_until(lambda: child.said("a status that cannot be read") == 1)
    stack.influxd.kill()
    child.wait_until(lambda: child.said("presence cannot be written") == 1)
    stack.mosquitto.kill()
    child.wait_until(lambda: child.said("the broker is gone") == 1)
    child.stop()
    entries = child.entries()
    assert {"time", "level", "logger", "message", "command"} <= set.intersection(*map(set, entries))
    text = child.log.read_text("utf-8")
    venue = stack.deploy.roster().get().by_id[VENUE]
    secrets = [
        venue.name,
        venue.address,
        "nguyen",
        "casino",
        "@",
        stack.deploy.broker.password(),
        endpoint.password,
    ]
    assert not [secret for secret in secrets if secret in text]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--worker", "a b"], "'a b' is no name; write small letters and digits, such as 1 or b2."),
        (["--workers", "2", "--worker", "b"], "--workers names its processes itself; leave out --worker."),
    ],
)
def test_a_name_that_cannot_be_one_is_wrong_usage(tmp_path, words, said):
    result = CliRunner().invoke(cli.main, ["ingest", "--deploy", str(tmp_path), *words])
    assert result.exit_code == 2
    assert said in result.stderr
