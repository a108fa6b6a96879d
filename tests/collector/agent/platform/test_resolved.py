"""The monitor of systemd-resolved, by a server that behaves as badly as a real one may."""

import json
import queue
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from collector.agent.observation import Lookup
from collector.agent.platform import resolved
from collector.agent.platform.resolved import SUBSCRIBE, Monitor, lookup
from collector.clock import SystemClock

READY = {"parameters": {"ready": True}, "continues": True}


def result(*names: str, **more: Any) -> dict[str, Any]:
    question = [{"class": 1, "type": kind, "name": names[0]} for kind in (1, 28)]
    collected = [{"class": 1, "type": 1, "name": name} for name in names[1:]]
    return {
        "parameters": {"state": "success", "question": question, "collectedQuestions": collected, **more},
        "continues": True,
    }


def address(*octets: int, kind: int = 1) -> dict[str, Any]:
    return {"rr": {"key": {"class": 1, "type": kind, "name": "x"}, "address": list(octets)}, "ifindex": 2}


class Resolved:
    """Listens as resolved does, and says what a test tells it to."""

    def __init__(self, path: Path) -> None:
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._listener.settimeout(10)
        self.connection: socket.socket | None = None

    def accept(self) -> None:
        self.hang_up()
        self.connection, _ = self._listener.accept()
        asked = b""
        while not asked.endswith(b"\0"):
            asked += self.connection.recv(1000)
        assert json.loads(asked[:-1]) == SUBSCRIBE

    def say(self, *messages: Any) -> None:
        self.raw(b"".join(json.dumps(message).encode() + b"\0" for message in messages))

    def raw(self, data: bytes) -> None:
        assert self.connection is not None
        self.connection.sendall(data)

    def hang_up(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def close(self) -> None:
        self.hang_up()
        self._listener.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Resolved]:
    one = Resolved(tmp_path / "monitor")
    yield one
    one.close()


@pytest.fixture
def monitor(tmp_path: Path) -> Iterator[Monitor]:
    one = Monitor(SystemClock(), tmp_path / "monitor")
    yield one
    one.stop()


def wait(for_: Callable[[], bool]) -> None:
    for _ in range(500):
        if for_():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it did not happen")


def test_an_answer_is_a_lookup_with_its_aliases_and_addresses(server: Resolved, monitor: Monitor) -> None:
    seen: queue.Queue[Any] = queue.Queue()
    monitor.start(seen.put)
    server.accept()
    server.say(READY, result("WWW.X.test.", "y.test", answer=[address(192, 0, 2, 7)]))
    found = seen.get(timeout=5)
    assert (found.names, found.addresses, found.client) == (("www.x.test", "y.test"), ("192.0.2.7",), None)
    assert monitor.state().running


def test_a_message_may_come_in_any_pieces(server: Resolved, monitor: Monitor) -> None:
    seen: queue.Queue[Any] = queue.Queue()
    monitor.start(seen.put)
    server.accept()
    data = b"".join(json.dumps(one).encode() + b"\0" for one in (READY, result("a.test"), result("b.test")))
    for at in range(len(data)):
        server.raw(data[at : at + 1])
    assert [seen.get(timeout=5).names for _ in range(2)] == [("a.test",), ("b.test",)]


@pytest.mark.parametrize("rubbish", [b'{"parameters": {"state"\0', b"[]\0", b"\xff\xfe\0", b"x" * 300_000])
def test_rubbish_ends_the_connection_and_the_next_start_is_another(
    server: Resolved, monitor: Monitor, rubbish: bytes
) -> None:
    seen: queue.Queue[Any] = queue.Queue()
    monitor.start(seen.put)
    server.accept()
    server.say(READY)
    wait(lambda: monitor.state().running)
    server.raw(rubbish)
    wait(lambda: not monitor.state().running)
    assert monitor.state().complaint
    wait(lambda: not any(thread.name == "resolved" for thread in threading.enumerate()))
    monitor.start(seen.put)
    server.accept()
    server.say(READY, result("a.test"))
    assert seen.get(timeout=5).names == ("a.test",)
    assert monitor.state().complaint == ""


def test_resolved_restarts(server: Resolved, monitor: Monitor) -> None:
    monitor.start(lambda _: None)
    server.accept()
    server.say(READY)
    wait(lambda: monitor.state().running)
    server.hang_up()
    wait(lambda: not monitor.state().running)
    assert (monitor.state().permitted, monitor.state().complaint) == (True, "connection ended")


def test_a_refusal_is_said_in_resolveds_words(server: Resolved, monitor: Monitor) -> None:
    monitor.start(lambda _: None)
    server.accept()
    server.say({"error": "org.varlink.service.PermissionDenied", "parameters": {}})
    wait(lambda: bool(monitor.state().complaint))
    assert not monitor.state().permitted
    assert monitor.state().complaint == "org.varlink.service.PermissionDenied"


def test_no_resolved_is_no_complaint(monitor: Monitor) -> None:
    monitor.start(lambda _: None)
    assert (monitor.state().running, monitor.state().complaint) == (False, "")


def test_a_socket_that_nobody_serves_is_one(tmp_path: Path, monitor: Monitor) -> None:
    socket_ = socket.socket(socket.AF_UNIX)
    socket_.bind(str(tmp_path / "monitor"))
    socket_.close()
    monitor.start(lambda _: None)
    assert monitor.state().complaint == "Connection refused"


@pytest.mark.parametrize(
    ("parameters", "names", "addresses"),
    [
        (result("a.test", strange=[{}], errno=3)["parameters"], ("a.test",), ()),
        ({"question": [{"name": "a.test"}], "answer": None}, ("a.test",), ()),
        ({"question": [{"name": "a.test"}, 7, {"name": None}], "answer": [7, {"rr": 1}]}, ("a.test",), ()),
        (
            {"question": [{"name": "a.test"}], "answer": [address(1, 2), address(999), address(1, 2, 3, 4)]},
            ("a.test",),
            ("1.2.3.4",),
        ),
        (
            {"question": [{"name": "a.test"}], "answer": [address(*[0] * 15, 1, kind=28)]},
            ("a.test",),
            ("::1",),
        ),
        (
            {
                "question": [{"name": "a.test"}],
                "answer": [{"rr": {"key": {"type": 5}, "name": "B.test."}}],
            },
            ("a.test", "b.test"),
            (),
        ),
    ],
)
def test_unknown_and_strange_fields_are_passed_over(
    parameters: dict[str, Any], names: tuple[str, ...], addresses: tuple[str, ...]
) -> None:
    assert lookup(parameters, 1.0) == Lookup(names, addresses, None, 1.0)


def test_what_names_nothing_is_counted_as_lost(server: Resolved, monitor: Monitor) -> None:
    monitor.start(lambda _: None)
    server.accept()
    server.say(READY, {"parameters": {"state": "success", "question": []}})
    wait(lambda: monitor.state().lost == 1)


def test_a_flood_of_questions_is_cut() -> None:
    many = {"question": [{"name": f"{n}.test"} for n in range(1000)]}
    found = lookup(many, 1.0)
    assert found is not None
    assert len(found.names) == resolved.MOST
