"""DoH: what fires, what stays silent, and above all what only looks like it."""

import pytest

from collector.agent.blindness.doh import judge
from collector.agent.blindness.evidence import Policy
from tests.collector.agent.blindness.pc import asked, hello, pc, sites, to

OPEN, HIDDEN = sites(4, looked_up=True), sites(4, looked_up=False)
STUB = {"servers": ("127.0.0.53",), "resolving": frozenset({"cloudflared"})}


def with_(told, *connections, **changes):
    return pc(**{**told, "connections": (*told["connections"], *connections), **changes})


FIRES = {
    "a known resolver's address": (pc(connections=(to("8.8.8.8"),)), "chromium: google"),
    "the same by QUIC": (pc(connections=(to("1.1.1.1", udp=True),)), "chromium: cloudflare"),
    "the same over IPv6": (pc(connections=(to("2001:4860:4860::8888"),)), "chromium: google"),
    "another program asks for the whole PC": (pc(connections=(to("9.9.9.9", program=""),)), "quad9"),
    "a connection that is older than our looking": (
        pc(connections=(to("8.8.8.8", since=float("-inf")),)),
        "chromium: google",
    ),
    "an address that a resolver's name led to": (
        pc(lookups=[asked("x1.dns.nextdns.io", "198.51.100.7")], connections=(to("198.51.100.7"),)),
        "chromium: nextdns",
    ),
    "a TLS name of a resolver, its connection gone": (
        pc(contacts=[hello("dns.google", "198.51.100.7", process="chromium")]),
        "chromium: google",
    ),
    "a server that the browser's own policy names": (
        pc(policies=(Policy("chromium", dns_host="198.51.100.7"),), connections=(to("198.51.100.7"),)),
        "chromium: policy's own",
    ),
    "names in TLS that nobody looked up": (pc(**HIDDEN), "chromium: 4 of 4 never looked up"),
    "addresses without any name": (
        pc(**sites(4, looked_up=False, hello_too=False)),
        "chromium: 4 of 4 never looked up",
    ),
    "another browser beside one that browses in clear": (
        with_(OPEN, to("1.1.1.1", program="firefox"), browsers={"chromium": 100.0, "firefox": 100.0}),
        "firefox: cloudflare",
    ),
    "nearly all hidden": (
        pc(**{**HIDDEN, "lookups": [asked("s0.example", "198.51.100.1")]}),
        "chromium: 3 of 4 never looked up",
    ),
    "a stub of the PC's own, and a browser that does not use it": (
        with_(HIDDEN, to("8.8.8.8"), **STUB),
        "chromium: google",
    ),
}
SILENT = {
    "nothing at all": pc(),
    "browsing in clear": pc(**OPEN),
    "no browser runs": pc(browsers={}, connections=(to("8.8.8.8", program=""),)),
    "the resolver over plain DNS": pc(connections=(to("8.8.8.8", 53),)),
    "a page on a resolver's own site, among others in clear": with_(
        OPEN, to("8.8.8.8"), contacts=[*OPEN["contacts"], hello("dns.google", "8.8.8.8")]
    ),
    "another program's page on a resolver's own site, and browsing in clear": with_(
        OPEN, to("8.8.8.8", program="")
    ),
    "a stub of the PC's own that asks on over HTTPS": pc(
        connections=(to("1.1.1.1", program="cloudflared"),), **STUB
    ),
    "too few to prove it": pc(**sites(2, looked_up=False)),
    "as many in clear": pc(**{**HIDDEN, "lookups": OPEN["lookups"][:2]}),
    "a browser that is older than our looking": pc(**HIDDEN, view={"since": 500.0}),
    "connections that are older than our looking": pc(
        connections=tuple(to(f"198.51.100.{i}", since=20.0) for i in range(1, 6))
    ),
    "names of the hosts file": pc(
        **HIDDEN, hosts=frozenset(["s0.example", "s1.example", "s2.example", "s3.example"])
    ),
    "printers and routers": pc(connections=tuple(to(f"192.168.1.{i}") for i in range(1, 6))),
    "other ports": pc(connections=tuple(to(f"198.51.100.{i}", 8443) for i in range(1, 6))),
    "another program's connections": pc(
        connections=tuple(to(f"198.51.100.{i}", program="") for i in range(1, 6))
    ),
    "no capture, so no names": pc(**HIDDEN, view={"running": False, "since": 0.0}),
}


@pytest.mark.parametrize("case", FIRES)
def test_it_fires(case):
    evidence, detail = FIRES[case]
    assert [(v.reason, v.detail) for v in judge(evidence)] == [("doh", detail)]


@pytest.mark.parametrize("case", SILENT)
def test_it_stays_silent(case):
    assert list(judge(SILENT[case])) == []


def test_an_old_browser_is_judged_once_it_can_remember_nothing_older():
    told = pc(**HIDDEN, browsers={"chromium": 10.0}, view={"since": 90.0})
    assert [v.reason for v in judge(told)] == ["doh"]
    assert list(judge(pc(**HIDDEN, browsers={"chromium": 10.0}, view={"since": 110.0}))) == []


def test_a_visited_name_is_never_in_the_detail():
    for evidence, _ in FIRES.values():
        for verdict in judge(evidence):
            assert "example" not in verdict.detail
            assert "198.51.100" not in verdict.detail


def test_a_browser_that_began_within_the_second_before_our_looking_is_judged():
    """Its start is known to a tick, and nobody asks for a page in a browser's first second."""
    just = pc(**HIDDEN, browsers={"chromium": 109.5}, view={"since": 110.0})
    assert [v.reason for v in judge(just)] == ["doh"]
    assert list(judge(pc(**HIDDEN, browsers={"chromium": 108.5}, view={"since": 110.0}))) == []
