"""`builtin_resolver`: a browser asks for itself, past the system's resolver, which alone is watched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.agent.blindness.evidence import DNS, HTTPS, Blindness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collector.agent.blindness.evidence import Evidence

REASON = "builtin_resolver"


def judge(evidence: Evidence) -> Iterator[Blindness]:
    """Steps: 1. a browser asks port 53 of somebody else than the system; 2. its policy leaves the built-in
    client on, it reaches servers, and no lookup was seen to be its own.

    Looks like it and is none: the same where packets are seen (any lookup is), or where the system's
    resolver is this PC's own stub (the built-in client asks that one).
    """
    if evidence.view.whole or not evidence.view.running:
        return
    for connection in evidence.connections:
        foreign = bool(evidence.servers) and connection.address not in evidence.servers
        if connection.program in evidence.browsers and connection.port == DNS and foreign:
            yield Blindness(REASON, f"{connection.program} asks another resolver")
            return
    if evidence.stub:
        return
    heard = {lookup.process for lookup in evidence.view.lookups}
    for policy in evidence.policies:
        if policy.builtin and policy.browser not in heard and evidence.known_lookups(policy.browser):
            reaches = any(c.program == policy.browser and c.port == HTTPS for c in evidence.connections)
            if reaches:
                yield Blindness(REASON, f"{policy.browser}: on by policy or default")
                return
