"""One look at a real machine: real programs of known names hold real sockets, and real adapters come and go."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from collector.agent.blindness.collect import Collector, plain, way_out
from collector.agent.blindness.evidence import Connection, View
from collector.agent.blindness.surroundings import LinuxSurroundings
from collector.agent.platform.linux import LinuxPlatform
from collector.clock import SystemClock
from tests.collector.agent.blindness.pc import KNOWN

HERE = Path(__file__).parent
CLOCK = SystemClock()
VIEW = View(running=True, permitted=True)
# A browser in name, of those that nobody else runs here: connects, says so, and holds on until its input ends.
HOLDER = """
import socket, sys
kept = []
for word in sys.argv[1:]:
    kind, address, port = word.split("/")
    one = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET,
                        socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
    one.connect((address, int(port)))
    kept.append(one)
print("ready", flush=True)
sys.stdin.read()
"""


@dataclass
class Machine:
    """Collects from the real one; `root` is its /etc and /sys."""

    root: Path
    collector: Collector = field(init=False)

    def __post_init__(self) -> None:
        self.collector = Collector(LinuxPlatform(), LinuxSurroundings(self.root), KNOWN)

    def look(self, view: View = VIEW):
        return self.collector.look(CLOCK.instant(), view)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def server() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., contextlib.AbstractContextManager[int]]:
    """Python under another program's name."""

    @contextlib.contextmanager
    def run(name: str, *words: str) -> Iterator[int]:
        exe = tmp_path / "bin" / name
        exe.parent.mkdir(exist_ok=True)
        if not exe.exists():
            shutil.copy(Path(sys.executable).resolve(), exe)
        child = subprocess.Popen(
            [str(exe), "-S", "-c", HOLDER, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"PYTHONHOME": sys.base_prefix},
        )
        try:
            assert child.stdout.readline() == "ready\n"
            yield child.pid
        finally:
            child.communicate()

    return run


def test_a_browsers_connections_are_seen_with_its_name_and_age(machine, program, server) -> None:
    before = CLOCK.monotonic()
    machine.look()
    with program("vivaldi-bin", f"tcp/127.0.0.1/{server}", "udp/127.0.0.1/853") as pid:
        first = machine.look()
        assert first.browsers["vivaldi"] >= before - 0.1
        mine = {c.transport: c for c in first.connections if c.program == "vivaldi"}
        assert (mine["tcp"].address, mine["tcp"].port) == ("127.0.0.1", server)
        assert mine["udp"].port == 853
        assert mine["tcp"].since == first.now > first.last >= before
        again = machine.look()
        assert mine["tcp"] in again.connections
        assert again.held["vivaldi"] == {"127.0.0.1"}
        assert pid > 0
    gone = machine.look()
    assert "vivaldi" not in gone.browsers
    assert mine["tcp"] not in gone.connections


def test_a_browser_that_was_there_before_us_is_of_unknown_age(machine, program, server) -> None:
    with program("opera", f"tcp/127.0.0.1/{server}"):
        (found,) = (c for c in machine.look().connections if c.program == "opera")
    assert found == Connection("opera", "127.0.0.1", server)


def test_an_address_within_version_6_is_one_of_version_4(machine, program, server) -> None:
    with program("firefox", f"tcp/::ffff:127.0.0.1/{server}"):
        (found,) = (c for c in machine.look().connections if c.program == "firefox")
    assert found.address == "127.0.0.1"


def test_other_programs_have_no_name(machine, program, server) -> None:
    with program("vivaldi-bin"), program("somebody", f"tcp/127.0.0.1/{server}"):
        far = [c for c in machine.look().connections if c.port == server]
    assert [c.program for c in far] == [""]


def test_a_tunnels_program_and_where_it_listens(machine, program, tmp_path: Path) -> None:
    listener = "import socket, sys\none = socket.create_server(('127.0.0.1', 0))\nprint(one.getsockname()[1], flush=True)\nsys.stdin.read()"
    tor = tmp_path / "tor"
    shutil.copy(Path(sys.executable).resolve(), tor)
    child = subprocess.Popen(
        [str(tor), "-S", "-c", listener],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONHOME": sys.base_prefix},
    )
    try:
        port = int(child.stdout.readline())
        with program("vivaldi-bin", f"tcp/127.0.0.1/{port}"):
            told = machine.look()
    finally:
        child.communicate()
    assert told.vpns == {"tor"}
    assert told.listeners[port] == "tor"


def test_losses_are_those_since_the_last_look(machine) -> None:
    counted = [(100, 5), (180, 5), (200, 9), (10, 0)]
    found = [machine.look(View(running=True, permitted=True, events=e, lost=n)) for e, n in counted]
    assert [(told.events, told.lost) for told in found] == [(100, 5), (80, 0), (20, 4), (0, 0)]


def test_programs_in_observations_get_the_tables_names(machine) -> None:
    from collector.agent.observation import Lookup

    seen = tuple(Lookup(("a.example",), (), None, 1.0, process) for process in ("msedge.exe", "steam", ""))
    told = machine.look(View(running=True, permitted=True, lookups=seen))
    assert [lookup.process for lookup in told.view.lookups] == ["edge", "steam", ""]


def in_a_network_of_its_own(script: str) -> str:
    """What a child sees after it made itself a network with nothing but what the script adds."""
    words = [
        "unshare",
        "-n",
        "-m",
        "sh",
        "-c",
        f"mount -t sysfs none /sys && {script}; exec {sys.executable} {HERE / 'adapters_here.py'}",
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return done.stdout.strip()


TUN = "ip tuntap add t0 mode tun && ip addr add 10.9.9.1/24 dev t0 && ip link set t0 up"
CARD = (
    "ip link add e0 type veth peer name e1 && ip addr add 10.8.8.1/24 dev e0 && ip link set e0 up"
    " && ip link set e1 up && ip route add default via 10.8.8.2"
)
# The way that many clients go: they leave the default route and add two halves of all addresses.
HALVES = "ip route add 0.0.0.0/1 dev t0 && ip route add 128.0.0.0/1 dev t0"
NETWORKS = {
    "true": "",
    TUN: "t0 tun False",
    f"{TUN} && ip route add default dev t0": "t0 tun True",
    f"{CARD} && {TUN}": "e0 - True,t0 tun False",
    f"{CARD} && {TUN.replace('mode tun', 'mode tap')} && {HALVES}": "e0 - False,t0 tap True",
}


@pytest.mark.parametrize("script", NETWORKS)
def test_the_way_out_is_what_the_routes_say(script: str) -> None:
    """Real adapters, by the kernel; nothing is sent to find it out."""
    if os.geteuid() != 0:
        pytest.skip("only root can make a network")
    assert in_a_network_of_its_own(script) == NETWORKS[script]


def test_there_may_be_no_way_out_and_odd_addresses_are_plain() -> None:
    assert way_out(socket.AF_INET, "127.0.0.1") is None
    assert plain("fe80::1%eth0") == "fe80::1"
    assert plain("::ffff:10.0.0.1") == "10.0.0.1"
    assert plain("2001:db8::ffff:1") == "2001:db8::ffff:1"
