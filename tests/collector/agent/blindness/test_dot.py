"""DoT: port 853 and nothing else; a stub of the PC's own may use it."""

import pytest

from collector.agent.blindness.dot import judge
from tests.collector.agent.blindness.pc import pc, to

FIRES = {
    "a resolver over TLS": (pc(connections=(to("1.1.1.1", 853),)), "chromium 853/tcp cloudflare"),
    "one over QUIC": (pc(connections=(to("94.140.14.14", 853, "", udp=True),)), "853/udp adguard"),
    "one that nobody knows": (pc(connections=(to("198.51.100.7", 853, ""),)), "853/tcp"),
    "the venue's router": (pc(connections=(to("192.168.1.1", 853, ""),)), "853/tcp"),
    "a resolver of the PC's own that the PC does not ask": (
        pc(connections=(to("1.1.1.1", 853, "stubby"),), resolving=frozenset({"stubby"})),
        "stubby 853/tcp cloudflare",
    ),
}
SILENT = {
    "nothing": pc(),
    "no browser runs": pc(browsers={}, connections=(to("1.1.1.1", 853, ""),)),
    "another port": pc(connections=(to("1.1.1.1", 8853),)),
    "this PC itself": pc(connections=(to("127.0.0.1", 853),)),
    "systemd-resolved asks on": pc(
        connections=(to("1.1.1.1", 853, "resolved"),),
        resolving=frozenset({"resolved"}),
        servers=("127.0.0.53",),
    ),
}


@pytest.mark.parametrize("case", FIRES)
def test_it_fires(case):
    evidence, detail = FIRES[case]
    assert [(v.reason, v.detail) for v in judge(evidence)] == [("dot", detail)]


@pytest.mark.parametrize("case", SILENT)
def test_it_stays_silent(case):
    assert list(judge(SILENT[case])) == []
