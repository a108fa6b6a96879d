"""VPN: a way out by a tunnel, or a browser behind a known program; a sign alone accuses nobody."""

import pytest

from collector.agent.blindness.evidence import Adapter
from collector.agent.blindness.vpn import judge
from tests.collector.agent.blindness.pc import pc, to

LAN = Adapter("eth0", outgoing=True)
PORT = to("198.51.100.9", 1194, "openvpn", udp=True)
FIRES = {
    "all goes out by a tun": (pc(adapters=(Adapter("tun0", "tun", outgoing=True),)), "tun adapter"),
    "by WireGuard": (pc(adapters=(Adapter("wg0", "wireguard", outgoing=True),)), "wireguard adapter"),
    "by a tap, its program known": (
        pc(adapters=(Adapter("tap0", "tap", outgoing=True),), vpns=frozenset({"openvpn"})),
        "tap adapter, openvpn",
    ),
    "by a dialled tunnel with its program": (
        pc(adapters=(Adapter("ppp0", "ppp", outgoing=True),), vpns=frozenset({"l2tp"})),
        "ppp adapter, l2tp",
    ),
    "by a dialled tunnel with IPsec beside it": (
        pc(
            adapters=(Adapter("ppp0", "ppp", outgoing=True),),
            connections=(to("198.51.100.9", 4500, "", udp=True),),
        ),
        "ppp adapter, port 4500",
    ),
    "a browser goes through Tor": (
        pc(connections=(to("127.0.0.1", 9050),), listeners={9050: "tor"}, vpns=frozenset({"tor"})),
        "chromium through tor",
    ),
}
SILENT = {
    "nothing": pc(adapters=(LAN,)),
    "no browser runs": pc(browsers={}, adapters=(Adapter("tun0", "tun", outgoing=True),)),
    "a line dialled by PPPoE": pc(adapters=(Adapter("ppp0", "ppp", outgoing=True),)),
    "a virtual machine's tap": pc(adapters=(LAN, Adapter("tap0", "tap"))),
    "a tunnel to elsewhere, its program and port seen": pc(
        adapters=(LAN, Adapter("tun0", "tun")), vpns=frozenset({"openvpn"}), connections=(PORT,)
    ),
    "a program that carries nothing": pc(adapters=(LAN,), vpns=frozenset({"wireguard"})),
    "a port alone": pc(adapters=(LAN,), connections=(to("198.51.100.9", 500, "", udp=True),)),
    "a browser speaks to another local program": pc(
        connections=(to("127.0.0.1", 8080),), listeners={9050: "tor"}, vpns=frozenset({"tor"})
    ),
    "another program goes through Tor": pc(
        connections=(to("127.0.0.1", 9050, ""),), listeners={9050: "tor"}, vpns=frozenset({"tor"})
    ),
}


@pytest.mark.parametrize("case", FIRES)
def test_it_fires(case):
    evidence, detail = FIRES[case]
    assert [(v.reason, v.detail) for v in judge(evidence)] == [("vpn", detail)]


@pytest.mark.parametrize("case", SILENT)
def test_it_stays_silent(case):
    assert list(judge(SILENT[case])) == []
