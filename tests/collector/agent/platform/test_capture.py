"""A real packet socket: what it hands over, what it says when it may not look, and how it bears a flood."""

import contextlib
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from collector.agent.observation import Contact, Lookup
from collector.agent.packets.reader import Reader
from collector.agent.platform import capture
from collector.agent.platform.capture import Capture, Session, dropped, listen
from collector.agent.sights import Connection
from collector.clock import SystemClock

HERE = "127.77.0.53"  # an address of this test's own: others may be seen, too
QUESTION = bytes.fromhex("0001010000010000000000000463757063 0474657374 00 00010001".replace(" ", ""))


def wait(for_: Callable[[], object]) -> None:
    for _ in range(500):
        if for_():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it did not happen")


@pytest.fixture
def seen() -> list[Any]:
    return []


@pytest.fixture
def looking(seen: list[Any]) -> Iterator[Capture]:
    one = Capture(SystemClock(), Reader)
    one.start(seen.append)
    assert one.state().running
    yield one
    one.stop()


def ask(name: str, count: int = 1) -> None:
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    message = QUESTION[:12] + labels + b"\0" + QUESTION[-4:]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(count):
            sender.sendto(message, (HERE, 53))


def hello(name: str) -> bytes:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context()
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname=name).do_handshake()
    return outgoing.read()


def lookups(seen: list[Any], name: str) -> list[Lookup]:
    return [one for one in seen if isinstance(one, Lookup) and name in one.names]


def test_a_question_is_seen_once_though_the_loopback_shows_it_twice(
    looking: Capture, seen: list[Any]
) -> None:
    ask("once.capture.test")
    ask("last.capture.test")
    wait(lambda: lookups(seen, "last.capture.test"))
    (one,) = lookups(seen, "once.capture.test")
    assert one.client is not None
    assert looking.state().lost == 0


def test_a_hello_in_two_segments_is_seen_with_its_connection(looking: Capture, seen: list[Any]) -> None:
    """As browsers send it: the name may stand in the second."""
    first = hello("two.capture.test")
    with socket.create_server((HERE, 443)) as server, socket.socket() as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.connect((HERE, 443))
        client.sendall(first[:100])
        threading.Event().wait(0.05)
        client.sendall(first[100:])
        server.accept()[0].close()
        wait(lambda: any(isinstance(one, Contact) and one.name == "two.capture.test" for one in seen))
        port = client.getsockname()[1]
    assert any(isinstance(one, Connection) and one.client[1] == port for one in seen)


def test_traffic_of_games_is_not_handed_over(looking: Capture, seen: list[Any]) -> None:
    """Ten thousand packets, of which the thread sees none."""
    before = threading.active_count()
    packets = listen()
    with packets, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(10_000):
            sender.sendto(b"x" * 100, (HERE, 27_015))
        ask("end.capture.test")
        wait(lambda: lookups(seen, "end.capture.test"))
        got = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                got += HERE_BYTES in packets.recv(100)
    assert got == 1
    assert threading.active_count() == before
    assert looking.state().running


HERE_BYTES = socket.inet_aton(HERE)


def test_what_finds_no_room_is_counted() -> None:
    """A flood of questions that nobody reads."""
    packets = listen()
    with packets:
        packets.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        ask("flood.capture.test", 500)
        assert dropped(packets) >= 300
        assert dropped(packets) == 0


def test_it_stops_and_begins_again(seen: list[Any]) -> None:
    one = Capture(SystemClock(), Reader)
    for turn in range(3):
        one.start(seen.append)
        one.start(seen.append)  # nothing new where it runs
        assert [t.name for t in threading.enumerate()].count("capture") == 1
        ask(f"turn{turn}.capture.test")
        wait(lambda name=f"turn{turn}.capture.test": lookups(seen, name))
        one.stop()
        assert not one.state().running
    one.stop()


def test_a_fault_in_the_thread_is_said_and_the_next_start_mends_it(seen: list[Any]) -> None:
    """Whatever it is: the agent goes on, and the state tells."""
    faults = iter([RuntimeError("a name that must not be told")])

    def take(one: Any) -> None:
        if (fault := next(faults, None)) is not None:
            raise fault
        seen.append(one)

    one = Capture(SystemClock(), Reader)
    one.start(take)
    ask("fault.capture.test")
    wait(lambda: not one.state().running)
    assert one.state().complaint == "RuntimeError"
    wait(lambda: not any(thread.name == "capture" for thread in threading.enumerate()))
    one.start(take)
    ask("again.capture.test")
    wait(lambda: lookups(seen, "again.capture.test"))
    assert one.state().complaint == ""
    one.stop()


def test_without_the_right_it_says_so() -> None:
    """A process without CAP_NET_RAW: no exception, and no permission."""
    code = (
        "from collector.agent.platform.linux import LinuxPlatform\n"
        "lookout = LinuxPlatform().lookout\n"
        "lookout.look()\n"
        "view = lookout.view()\n"
        "print(view.running, view.permitted, view.complaint)\n"
    )
    done = subprocess.run(
        ["setpriv", "--bounding-set=-net_raw", sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False False Operation not permitted\n"


class Steps:
    """A clock that moves when told."""

    now = 100.0

    def monotonic(self) -> float:
        return self.now


def test_an_upload_makes_the_filter_narrow_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """More small segments than hellos have rests: they stay in the kernel, then it is tried again."""
    monkeypatch.setattr(capture, "TAILS", 5)
    clock: Any = Steps()
    packets = listen()
    with packets, socket.create_server((HERE, 443)) as server, socket.socket() as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.connect((HERE, 443))
        session = Session(packets, Reader(), clock, lambda _: None, lambda _: None)
        far, _ = server.accept()
        assert sent(client, far, packets) == 1
        for _ in range(capture.TAILS + 1):
            send(client, far)
        turn(session)
        assert sent(client, far, packets) == 0
        clock.now += capture.NARROW
        turn(session)
        assert sent(client, far, packets) == 1
        far.close()


def turn(session: Session) -> None:
    """One look of the session's own loop."""
    session._drain()
    session._pace()


def send(client: socket.socket, far: socket.socket) -> None:
    """A small segment that is no application data, arrived."""
    client.sendall(b"\x8a" * 100)
    assert len(far.recv(1000)) == 100


def sent(client: socket.socket, far: socket.socket, packets: socket.socket) -> int:
    """How many of one such segment are handed over."""
    hellos(packets)
    send(client, far)
    return hellos(packets)


def hellos(packets: socket.socket) -> int:
    """Segments to our 443 that wait to be read."""
    found = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            frame = packets.recv(5000)
            found += frame[16:20] == HERE_BYTES and frame[9] == 6 and frame.endswith(b"\x8a")
    return found


def test_more_than_is_borne_waits_for_the_next_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture, "MOST", 50)
    clock: Any = Steps()
    taken: list[Any] = []
    packets = listen()
    with packets:
        ask("many.capture.test", 80)
        session = Session(packets, Reader(), clock, taken.append, lambda _: None)
        session._drain()
        assert len(taken) <= 50
        assert session._pace() == pytest.approx(1.0)
        clock.now += 1.0
        session._drain()
        assert len(lookups(taken, "many.capture.test")) == 80
        assert session._pace() == 0.0
