"""`vpn`: what leaves the PC leaves by a tunnel or by a proxy of a known program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.agent.blindness.evidence import Blindness, is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collector.agent.blindness.evidence import Evidence

REASON = "vpn"
PORTS = frozenset({500, 1194, 1701, 1723, 4500, 51820})  # IKE, OpenVPN, L2TP, PPTP, IPsec, WireGuard


def judge(evidence: Evidence) -> Iterator[Blindness]:
    """Steps: 1. a tunnel adapter by which the PC reaches the Internet; 2. a dial-up adapter likewise, with a
    known program or port beside it; 3. a browser that goes through a known program on this PC.

    Looks like it and is none: a line dialled by PPPoE, a virtual machine's tap, a tunnel to somewhere else
    (remote control of the venue, a game's own network), a program that runs and carries nothing, a port
    alone.
    """
    if not evidence.browsers:
        return
    signs = sorted(evidence.vpns) + [
        f"port {connection.port}"
        for connection in evidence.connections
        if connection.port in PORTS and not is_loopback(connection.address)
    ]
    for adapter in evidence.adapters:
        if adapter.outgoing and adapter.kind and (adapter.kind != "ppp" or signs):
            yield Blindness(REASON, ", ".join([f"{adapter.kind} adapter", *signs[:1]]))
            return
    for connection in evidence.connections:
        if connection.program in evidence.browsers and is_loopback(connection.address):
            proxy = evidence.listeners.get(connection.port)
            if proxy:
                yield Blindness(REASON, f"{connection.program} through {proxy}")
                return
