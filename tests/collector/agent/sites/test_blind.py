"""On real parts: a browser that asks over HTTPS is no silent zero, and one that asks in clear is not accused."""

import contextlib
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from collector.lineprotocol import Point, decode
from provisioning.authority import ensure_certificate
from provisioning.settings import CA_FILE, CERT_FILE, KEY_FILE

# Two minutes are what a person may wait for the verdict; a loaded machine starts its browser slowly.
pytestmark = pytest.mark.timeout(240)

HERE = Path(__file__).parent
PC, NET = "quannet-pc", "quannet-net"
DOH, LISTED = "10.99.0.4", "10.99.0.2"
SECURE = {"mode": "secure", "templates": f"https://{DOH}/dns-query"}
PAGES = tuple(f"https://s{n}.bongda.test/" for n in range(1, 5))
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0"),
)


@pytest.fixture(scope="module")
def doh(bed: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A server of DNS over HTTPS beside the others; its folder holds its authority."""
    folder = tmp_path_factory.mktemp("doh")
    ensure_certificate(folder, (DOH,), datetime.now(UTC))
    shutil.copy(bed.ca, folder / "bed.pem")
    subprocess.run(["ip", "-n", NET, "addr", "add", f"{DOH}/24", "dev", "quannet1"], check=True)
    server = [sys.executable, str(HERE / "doh_server.py"), str(folder / CERT_FILE), str(folder / KEY_FILE)]
    process = subprocess.Popen(
        ["ip", "netns", "exec", NET, *server, DOH, LISTED, "bongda.test"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    yield folder
    process.terminate()
    process.communicate(timeout=10)
    subprocess.run(["ip", "-n", NET, "addr", "del", f"{DOH}/24", "dev", "quannet1"], check=True)


@pytest.fixture
def home(doh: Path, tmp_path: Path) -> Path:
    """A person's home, in which Chromium trusts the test's two authorities."""
    store = tmp_path / "home" / ".pki" / "nssdb"
    store.mkdir(parents=True)
    certutil = ["certutil", "-d", f"sql:{store}"]
    subprocess.run([*certutil, "-N", "--empty-password"], check=True)
    for name in (CA_FILE, "bed.pem"):
        subprocess.run([*certutil, "-A", "-t", "C,,", "-n", name, "-i", str(doh / name)], check=True)
    return tmp_path / "home"


@contextlib.contextmanager
def policy(**values: str) -> Iterator[None]:
    """Managed policies that only programs of the PC's namespace see: `ip netns exec` puts them over /etc."""
    folder = Path(f"/etc/netns/{PC}/chromium/policies/managed")
    folder.mkdir(parents=True)
    Path("/etc/chromium").mkdir(exist_ok=True)
    (folder / "site.json").write_text(json.dumps(values))
    try:
        yield
    finally:
        shutil.rmtree(f"/etc/netns/{PC}/chromium")


@contextlib.contextmanager
def chromium(home: Path, **local_state: Any) -> Iterator[Callable[[], None]]:
    """A running browser, and how a person visits four sites. `local_state`: what a person chose in the browser's own settings."""
    profile = home / "profile"
    profile.mkdir()
    (profile / "Local State").write_text(json.dumps(local_state))
    browser = subprocess.Popen(
        [
            *("ip", "netns", "exec", PC, "env", f"HOME={home}", "chromium", *QUIET),
            *(f"--user-data-dir={profile}", "about:blank"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        port = profile / "DevToolsActivePort"  # appears when the browser listens
        until(port.exists)
        until(lambda: len(port.read_text().split()) == 2)
        yield lambda: visit(port.read_text().split()[0])
    finally:
        browser.terminate()
        browser.wait(10)


def visit(port: str) -> None:
    """Each site in a tab of its own."""
    for page in PAGES:
        tab = f"http://127.0.0.1:{port}/json/new?{page}"
        curl = ["ip", "netns", "exec", PC, "curl", "-sS", "--fail", "--max-time", "5", "-X", "PUT", tab]
        subprocess.run(curl, check=True, capture_output=True)


def until(ready: Callable[[], bool], within: float = 15.0) -> None:
    end = time.monotonic() + within
    while not ready():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.05)


class Watcher:
    """The sensor's process in the PC's namespace."""

    def __init__(self, resolvers: Path | str, before: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", PC, sys.executable, str(HERE / "blind_watch.py"), str(resolvers)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert said(self.sample()) == before

    def sample(self) -> list[Point]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("sample\n")
        self.process.stdin.flush()
        lines = list(iter(self.process.stdout.readline, "\n"))
        assert all(lines), "the sensor's process ended"
        return [decode(line.rstrip("\n")) for line in lines]

    def until(
        self, enough: Callable[[dict[str, str]], bool], browse: Callable[[], None], within: float = 90.0
    ) -> dict[str, str]:
        """The reasons of the first sample that is enough, or of the last, while a person browses."""
        found: dict[str, str] = {}
        end = time.monotonic() + within
        while time.monotonic() < end and not enough(found):
            browse()
            time.sleep(1.0)
            found = said(self.sample())
        return found


def said(points: list[Point]) -> dict[str, str]:
    return {p.tags["reason"]: str(p.fields["detail"]) for p in points if p.fields["blind"]}


@pytest.fixture
def watch() -> Iterator[Callable[..., Watcher]]:
    with contextlib.ExitStack() as stack:

        def start(resolvers: Path | str = "", *, before: dict[str, str] | None = None) -> Watcher:
            one = Watcher(resolvers, before or {})
            stack.callback(one.process.communicate, timeout=10)
            return one

        yield start


def test_a_person_who_chose_a_resolver_that_nobody_knows(home: Path, watch: Any) -> None:
    """(b) No list holds the server and no policy names it: the names that were never looked up tell."""
    watcher = watch()
    with chromium(home, dns_over_https=SECURE) as browse:
        found = watcher.until(lambda reasons: "doh" in reasons, browse)
    assert found.keys() == {"doh"}
    assert re.fullmatch(r"chromium: ([34]) of \1 never looked up", found["doh"])


def test_a_policy_that_switches_it_on(home: Path, watch: Any) -> None:
    """The policy itself is a reason at once, and the server that it names is known by it."""
    with policy(DnsOverHttpsMode="secure", DnsOverHttpsTemplates=SECURE["templates"]):
        watcher = watch(before={"policy": "chromium: doh on"})
        with chromium(home) as browse:
            found = watcher.until(lambda reasons: "doh" in reasons, browse)
    assert found == {"doh": "chromium: policy's own", "policy": "chromium: doh on"}


def test_a_resolver_on_the_sites_own_list(home: Path, watch: Any, tmp_path: Path) -> None:
    own = tmp_path / "resolvers.csv"
    own.write_text(f"id,value,source\nlab,{DOH},this test\n")
    watcher = watch(own)
    with chromium(home, dns_over_https=SECURE) as browse:
        found = watcher.until(lambda reasons: "doh" in reasons, browse)
    assert found == {"doh": "chromium: lab"}


def test_a_browser_that_asks_in_clear_is_not_accused(home: Path, watch: Any) -> None:
    """The same sites, by the system's resolver: nothing is said, from its first to its last moment."""
    watcher = watch()
    with chromium(home, dns_over_https={"mode": "off"}) as browse:
        assert watcher.until(bool, browse, within=6) == {}
