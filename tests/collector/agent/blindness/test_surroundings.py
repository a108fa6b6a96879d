"""Linux as recorded in folders: policies of each browser, resolvers, hosts, adapters."""

from pathlib import Path

import pytest

from collector.agent.blindness.evidence import Policy
from collector.agent.blindness.surroundings import LinuxSurroundings

POLICIES = Path(__file__).parent / "policies"
RECORDED = {
    # The last file by name is right; recommended policies bind nobody.
    "chrome": Policy("chrome", doh=False, quic=False, builtin=True, dns_host="chrome.cloudflare-dns.com"),
    # Of a torn file the browser takes nothing either.
    "chromium": Policy("chromium", doh=True, ech=False, builtin=False),
    "edge": Policy("edge", doh=False, quic=False, ech=False, builtin=True),
    "brave": Policy("brave", doh=True, builtin=True, dns_host="2001:db8::53"),
    # The system's file stands before the one that came with the program.
    "firefox": Policy("firefox", doh=False, quic=False, ech=False, builtin=False),
    "firefox-distribution": Policy("firefox", doh=True, builtin=False, dns_host="dns.nextdns.io"),
}


@pytest.mark.parametrize("folder", RECORDED)
def test_recorded_policies_are_read(folder: str) -> None:
    expected = RECORDED[folder]
    assert LinuxSurroundings(POLICIES / folder).policies([expected.browser]) == (expected,)


def test_every_recorded_folder_has_its_line() -> None:
    assert {path.name for path in POLICIES.iterdir()} == set(RECORDED)


def test_a_browser_that_is_neither_installed_nor_runs_is_not_judged(tmp_path: Path) -> None:
    """The folder of its policies may be there all the same."""
    assert LinuxSurroundings(POLICIES / "chrome").policies([]) == ()
    assert LinuxSurroundings(tmp_path).policies([]) == ()
    assert LinuxSurroundings(tmp_path).policies(["chrome"]) == (Policy("chrome", builtin=True),)


def test_installed_browsers_come_in_a_stable_order(tmp_path: Path) -> None:
    for program in ("usr/lib/chromium/chromium", "opt/google/chrome/chrome", "usr/lib/firefox/firefox"):
        (tmp_path / program).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / program).touch()
    found = LinuxSurroundings(tmp_path).policies(["brave"])
    assert [policy.browser for policy in found] == ["brave", "chrome", "chromium", "firefox"]


def test_resolvers_and_hosts_are_those_of_etc(tmp_path: Path) -> None:
    etc = tmp_path / "etc"
    etc.mkdir()
    (etc / "resolv.conf").write_text(
        "# by hand\nsearch lan\nnameserver 10.0.0.1\nnameserver fe80::1%eth0\nnameserver\noptions edns0\n"
    )
    (etc / "hosts").write_text(
        "127.0.0.1 localhost\n10.0.0.9  Pay.Lan. pay # the till\n10.0.0.8\n# 1.1.1.1 no\n"
    )
    here = LinuxSurroundings(tmp_path)
    assert here.servers() == ("10.0.0.1", "fe80::1")
    assert here.hosts() == {"127.0.0.1", "localhost", "10.0.0.9", "pay.lan", "pay"}


def test_what_cannot_be_read_is_as_if_it_were_not_there(tmp_path: Path) -> None:
    here = LinuxSurroundings(tmp_path)
    assert (here.servers(), here.hosts(), here.adapter_kind("tun0")) == ((), frozenset(), "")
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/hosts").write_bytes(b"10.0.0.9 pay\n" + b"#" * 2**20)
    assert here.hosts() == frozenset()
    (tmp_path / "etc/hosts").write_bytes(b"10.0.0.9 pay\xff\n")
    assert "10.0.0.9" in here.hosts()


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({"type": "1\n"}, ""),
        ({"type": "772\n"}, ""),
        ({"type": "65534\n", "tun_flags": "0x1001\n"}, "tun"),
        ({"type": "1\n", "tun_flags": "0x1002\n"}, "tap"),
        ({"type": "65534\n", "uevent": "DEVTYPE=wireguard\nINTERFACE=x\n"}, "wireguard"),
        ({"type": "512\n"}, "ppp"),
        ({"type": "65534\n"}, ""),
    ],
)
def test_an_adapters_kind_is_the_kernels_word(tmp_path: Path, files: dict[str, str], kind: str) -> None:
    folder = tmp_path / "sys/class/net/x"
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    assert LinuxSurroundings(tmp_path).adapter_kind("x") == kind
