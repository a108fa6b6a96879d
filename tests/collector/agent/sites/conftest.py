"""A test bed of real parts: two network namespaces, a PC with the sensor, and a server with Debian's dnsmasq and TLS."""

import contextlib
import fcntl
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.agent import blocklist
from collector.lineprotocol import Point, decode
from provisioning.authority import ensure_certificate
from provisioning.settings import CA_FILE, CERT_FILE, KEY_FILE

HERE = Path(__file__).parent
PC, NET = "quannet-pc", "quannet-net"
RESOLVER, RESOLVER6 = "10.99.0.1", "fd99::1"
LISTED, LISTED6, OTHER = "10.99.0.2", "fd99::2", "10.99.0.3"
NAMES = ("bongda.test", "*.bongda.test", "thuong.test", "innocent.test", "*.test", "*.test.example")

ZONE = f"""
no-resolv
no-hosts
bind-interfaces
listen-address={RESOLVER},{RESOLVER6}
address=/bongda.test/{LISTED}
address=/v6.bongda.test/{LISTED6}
address=/cuoc.test/{LISTED}
address=/notbongda.test/{LISTED}
address=/evil-bongda.test.example/{LISTED}
address=/thuong.test/{OTHER}
address=/shared.test/{LISTED}
host-record=sau.cuoc.test,{LISTED}
cname=innocent.test,sau.cuoc.test
edns-packet-max=512
"""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


class Watcher:
    """The sensor's process in the PC's namespace."""

    def __init__(self, path: Path, namespace: str = PC) -> None:
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", namespace, sys.executable, str(HERE / "watch.py"), str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.sample()

    def sample(self) -> list[Point]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("sample\n")
        self.process.stdin.flush()
        lines = list(iter(self.process.stdout.readline, "\n"))
        assert lines, "the sensor's process ended"
        return [decode(line.rstrip("\n")) for line in lines]

    def until(self, enough: Callable[[list[Point]], bool], within: float = 10.0) -> list[Point]:
        """All points with a domain, until they are enough."""
        points: list[Point] = []
        end = time.monotonic() + within
        while time.monotonic() < end:
            points += [point for point in self.sample() if point.tags["category"] != "none"]
            if enough(points):
                break
            time.sleep(0.2)
        return points

    def close(self) -> None:
        self.process.communicate(timeout=10)


class Bed:
    """Runs programs on the PC; `list` is the list in force."""

    def __init__(self, folder: Path, ca: Path) -> None:
        self.folder = folder
        self.ca = ca

    def run(self, *words: str, within: float = 20) -> subprocess.CompletedProcess[str]:
        command = ["ip", "netns", "exec", PC, *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=within, check=False)

    def curl(self, address: str, *options: str) -> None:
        done = self.run("curl", "-sS", "--max-time", "5", "--cacert", str(self.ca), *options, address)
        assert done.returncode == 0, done.stderr


def links() -> None:
    for name in (PC, NET):
        ip("netns", "add", name)
        ip("-n", name, "link", "set", "lo", "up")
    ip("link", "add", "quannet0", "netns", PC, "type", "veth", "peer", "name", "quannet1", "netns", NET)
    # One segment a packet, as on a card that cuts nothing: a browser's hello then comes in two.
    ip("-n", PC, "link", "set", "quannet0", "gso_max_segs", "1", "up")
    ip("-n", NET, "link", "set", "quannet1", "up")
    for address in ("10.99.0.10/24", "fd99::10/64"):
        ip("-n", PC, "addr", "add", address, "dev", "quannet0", *(["nodad"] if ":" in address else []))
    for address in (f"{RESOLVER}/24", f"{LISTED}/24", f"{OTHER}/24", f"{RESOLVER6}/64", f"{LISTED6}/64"):
        ip("-n", NET, "addr", "add", address, "dev", "quannet1", *(["nodad"] if ":" in address else []))


def remove() -> None:
    for name in (PC, NET):
        subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)
    shutil.rmtree(f"/etc/netns/{PC}", ignore_errors=True)


@pytest.fixture(scope="module")
def bed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bed]:
    """For a file's tests: another process that runs another file's waits for it, no longer than those take."""
    folder = tmp_path_factory.mktemp("bed")
    with contextlib.ExitStack() as stack:
        lock = stack.enter_context(Path("/tmp/quannet-bed.lock").open("w"))
        fcntl.flock(lock, fcntl.LOCK_EX)  # one bed a machine: its names are fixed
        remove()  # what a killed run left
        stack.callback(remove)
        links()
        resolver = Path(f"/etc/netns/{PC}/resolv.conf")
        resolver.parent.mkdir(parents=True)
        resolver.write_text(f"nameserver {RESOLVER}\noptions timeout:2 attempts:2\n")
        ensure_certificate(folder, NAMES, datetime.now(UTC))
        stack.enter_context(dnsmasq(folder))
        stack.enter_context(web(folder))
        yield Bed(folder, folder / CA_FILE)


@contextlib.contextmanager
def child(words: list[str], until: str, stream: str) -> Iterator[None]:
    pipes = {"stdin": subprocess.PIPE, stream: subprocess.PIPE}
    process = subprocess.Popen(["ip", "netns", "exec", NET, *words], text=True, **pipes)
    try:
        told = process.stdout if stream == "stdout" else process.stderr
        assert told is not None
        said = ""
        while until not in said:
            line = told.readline()
            assert line, f"{words[0]} ended: {said}"
            said += line
        yield
    finally:
        process.terminate()
        process.communicate(timeout=10)


def dnsmasq(folder: Path) -> contextlib.AbstractContextManager[None]:
    many = "".join(f"host-record=big.bongda.test,10.99.1.{n}\n" for n in range(1, 61))
    (folder / "dnsmasq.conf").write_text(ZONE + many)
    command = ["dnsmasq", "--keep-in-foreground", "--log-facility=-", "--user=root", "--pid-file="]
    return child([*command, f"--conf-file={folder / 'dnsmasq.conf'}"], "started", "stderr")


def web(folder: Path) -> contextlib.AbstractContextManager[None]:
    files = [str(folder / CERT_FILE), str(folder / KEY_FILE)]
    return child([sys.executable, str(HERE / "serve.py"), *files, LISTED, LISTED6, OTHER], "ready", "stdout")


@pytest.fixture
def the_list(tmp_path: Path, compiled: Callable[..., Path]) -> Path:
    path = tmp_path / "list.qnl"
    return compiled(path, authority=["bongda.test", "cuoc.test"], exceptions=["hoc.bongda.test"])


@pytest.fixture
def watcher(bed: Bed, the_list: Path) -> Iterator[Watcher]:
    assert blocklist.List.open(the_list).match("www.bongda.test")
    one = Watcher(the_list)
    yield one
    one.close()
