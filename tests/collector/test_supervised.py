"""What a process tells its supervisor, read from a real datagram socket as systemd reads it."""

import shutil
import socket
import subprocess
from datetime import UTC, datetime

import pytest

from collector.clock import FrozenClock
from collector.supervised import VARIABLE, Supervised, environment


class Supervisor:
    """A socket as systemd's; `said` empties it."""

    def __init__(self, address: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + address[1:] if address[0] == "@" else address)
        self.socket.setblocking(False)

    def said(self) -> list[list[str]]:
        found = []
        while True:
            try:
                found.append(self.socket.recv(4096).decode().split("\n"))
            except BlockingIOError:
                return found


@pytest.fixture
def clock():
    return FrozenClock(datetime(2026, 3, 2, 15, 0, tzinfo=UTC))


@pytest.fixture(params=["path", "abstract"])
def address(request, tmp_path):
    return (
        str(tmp_path / "notify")
        if request.param == "path"
        else f"@quannet-test-{tmp_path.name}-{id(request)}"
    )


@pytest.fixture
def supervisor(address):
    made = Supervisor(address)
    yield made
    made.socket.close()


@pytest.fixture
def supervised(supervisor, address, clock):
    made = Supervised(clock, address)
    yield made
    made.close()


def test_before_it_serves_it_asks_for_patience_and_gives_no_sign_that_counts(supervisor, supervised):
    supervised.alive("waiting for the broker")
    assert supervisor.said() == [["EXTEND_TIMEOUT_USEC=60000000", "STATUS=waiting for the broker"]]


def test_ready_is_said_once_however_often_it_is_called(supervisor, supervised):
    supervised.ready()
    supervised.ready()
    assert supervisor.said() == [["READY=1"]]


def test_a_sign_of_life_is_given_once_a_second_and_a_status_when_it_changes(supervisor, supervised, clock):
    supervised.ready()
    for seconds, status in (
        (0.0, "1 queued"),
        (0.5, "2 queued"),
        (0.5, "2 queued"),
        (1.0, "2 queued"),
        (1.0, ""),
    ):
        clock.advance(seconds)
        supervised.alive(status)
    assert supervisor.said() == [
        ["READY=1"],
        ["WATCHDOG=1", "STATUS=1 queued"],
        ["WATCHDOG=1", "STATUS=2 queued"],
        ["WATCHDOG=1"],
        ["WATCHDOG=1"],
    ]


def test_a_status_stays_one_line(supervisor, supervised):
    supervised.alive("one\nREADY=1\n" + "x" * 1000)
    ((_, status),) = supervisor.said()
    assert status.startswith("STATUS=one READY=1 xxx")
    assert len(status) < 250


def test_the_end_is_announced(supervisor, supervised):
    supervised.stopping()
    assert supervisor.said() == [["STOPPING=1"]]


def test_a_supervisor_that_does_not_read_holds_nobody_up_and_hears_the_rest_later(
    supervisor, supervised, clock
):
    said = 0
    while supervised._send("WATCHDOG=1"):
        said += 1
    supervised.ready()
    supervised.alive("at work")
    assert len(supervisor.said()) == said
    clock.advance(1)
    supervised.alive("at work")
    assert supervisor.said() == [["READY=1", "WATCHDOG=1", "STATUS=at work"]]


def test_a_supervisor_that_is_gone_is_no_reason_to_stop(clock, tmp_path):
    supervised = Supervised(clock, str(tmp_path / "nobody"))
    supervised.ready()
    supervised.alive("at work")
    supervised.stopping()
    supervised.close()


@pytest.mark.parametrize("nobody", [None, "", "vsock:2:1234"])
def test_without_a_supervisor_nothing_is_said(nobody, clock):
    supervised = Supervised(clock, nobody)
    supervised.ready()
    supervised.alive("at work")
    supervised.stopping()
    supervised.close()


def test_the_address_is_systemds_variable(supervisor, address, clock, monkeypatch):
    monkeypatch.setenv(VARIABLE, address)
    supervised = Supervised.from_environment(clock)
    supervised.ready()
    supervised.close()
    assert supervisor.said() == [["READY=1"]]


def test_a_child_hears_of_its_own_supervisor_only(monkeypatch):
    monkeypatch.setenv(VARIABLE, "/run/systemd/notify")
    monkeypatch.setenv("WATCHDOG_USEC", "60000000")
    assert VARIABLE not in environment()
    assert environment("@ours")[VARIABLE] == "@ours"
    assert "WATCHDOG_USEC" not in environment("@ours")
    assert "PATH" in environment()


@pytest.mark.skipif(shutil.which("systemd-notify") is None, reason="no systemd here")
def test_it_says_what_systemds_own_tool_says(supervisor, supervised, address):
    subprocess.run(
        ["systemd-notify", "--ready", "--no-block"], check=True, env={VARIABLE: address, "PATH": "/usr/bin"}
    )
    (theirs,) = supervisor.said()
    supervised.ready()
    assert supervisor.said() == [theirs]
