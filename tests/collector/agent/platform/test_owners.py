"""The program behind a local port, by real sockets of real processes and by a recorded /proc."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.agent.observation import Contact, Lookup
from collector.agent.platform import owners
from collector.agent.platform.owners import Owners, socket_of
from collector.agent.sights import Connection, Endpoint
from collector.clock import FrozenClock

HOLD = """
import socket, sys
family, kind, address = sys.argv[1:]
one = socket.socket(getattr(socket, family), getattr(socket, kind))
one.bind((address, 0))
if kind == "SOCK_STREAM":
    one.listen()
print(one.getsockname()[1], flush=True)
sys.stdin.read()
"""


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(datetime(2026, 3, 2, tzinfo=UTC))


class Holder:
    """Another process with a socket."""

    def __init__(self, family: str, kind: str, address: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD, family, kind, address],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def close(self) -> None:
        self.process.communicate()


@pytest.fixture
def holder(request: pytest.FixtureRequest) -> Iterator[Holder]:
    one = Holder(*request.param)
    yield one
    one.close()


@pytest.mark.parametrize(
    ("holder", "address"),
    [
        (("AF_INET", "SOCK_DGRAM", "127.0.0.1"), "127.0.0.1"),
        (("AF_INET", "SOCK_DGRAM", "0.0.0.0"), "10.0.0.5"),  # bound to no address
        (("AF_INET6", "SOCK_DGRAM", "::"), "10.0.0.5"),  # of IPv6, with an IPv4 packet
        (("AF_INET6", "SOCK_DGRAM", "::1"), "::1"),
    ],
    indirect=["holder"],
)
def test_who_asks_over_udp_is_found(holder: Holder, address: str, clock: FrozenClock) -> None:
    seen = Lookup(("a.test",), (), (address, holder.port), 1.0)
    assert Owners(clock)(seen).startswith("python3")


@pytest.mark.parametrize("holder", [("AF_INET", "SOCK_STREAM", "127.0.0.1")], indirect=True)
def test_who_connects_is_found_by_each_kind_of_observation(holder: Holder, clock: FrozenClock) -> None:
    client = ("127.0.0.1", holder.port)
    for seen in (
        Lookup(("a.test",), (), client, 1.0),  # over TCP
        Contact("a.test", "192.0.2.7", 443, client, ech=False, transport="tls", at=1.0),
        Connection("192.0.2.7", 443, client, 1.0),
    ):
        assert Owners(clock)(seen).startswith("python3")
    quic = Contact("a.test", "192.0.2.7", 443, client, ech=False, transport="quic", at=1.0)
    assert Owners(clock)(quic) == ""


def test_what_cannot_be_known_is_empty(clock: FrozenClock) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    who = Owners(clock)
    assert who(Lookup(("a.test",), (), ("127.0.0.1", port), 1.0)) == ""
    assert who(Lookup(("a.test",), (), None, 1.0)) == ""
    assert who(Lookup(("a.test",), (), None, 1.0, "known.exe")) == "known.exe"


@pytest.mark.parametrize("holder", [("AF_INET", "SOCK_DGRAM", "127.0.0.1")], indirect=True)
def test_an_answer_holds_for_a_while(holder: Holder, clock: FrozenClock) -> None:
    """The port may be another program's later."""
    who = Owners(clock)
    seen = Lookup(("a.test",), (), ("127.0.0.1", holder.port), 1.0)
    first = who(seen)
    holder.close()
    assert who(seen) == first
    clock.advance(owners.FRESH)
    assert who(seen) == ""


def test_what_is_kept_is_bounded(clock: FrozenClock) -> None:
    who = Owners(clock)
    for port in range(owners.KNOWN + 50):
        who(Lookup(("a.test",), (), ("127.9.9.9", port + 1), 1.0))
    assert len(who._known) == owners.KNOWN


TABLE = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0500000A:9C40 070200C0:01BB 01 00000000:00000000 00:00000000 00000000     0        0 4711 1 0
   1: 0500000A:9C41 070200C0:01BB 06 00000000:00000000 00:00000000 00000000     0        0 0 3 0
   2: broken
   3: 0600000A:9C42 070200C0:9C43 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0
"""


@pytest.mark.parametrize(
    ("client", "inode"),
    [
        (("10.0.0.5", 40_000), "4711"),
        (("10.0.0.5", 40_001), "0"),  # closed already: nobody holds it
        (("10.0.0.5", 40_002), "0"),  # another address
        (("10.0.0.6", 40_002), "4712"),
        (("10.0.0.6", 40_003), "0"),  # a far port is none of ours
    ],
)
def test_a_recorded_table_is_read(client: Endpoint, inode: str, tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "tcp").write_text(TABLE)
    assert socket_of("tcp", client, tmp_path) == inode
    assert socket_of("udp", client, tmp_path) == "0"
