"""`dot`: lookups go to a resolver over TLS or QUIC on port 853."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.agent.blindness.evidence import DOT, Blindness, is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collector.agent.blindness.evidence import Evidence

REASON = "dot"


def judge(evidence: Evidence) -> Iterator[Blindness]:
    """Looks like it and is none: a resolver of this PC's own that asks on by 853; its clients were seen."""
    if not evidence.browsers:
        return
    for connection in evidence.connections:
        if connection.port != DOT or is_loopback(connection.address):
            continue
        if evidence.stub and connection.program in evidence.resolving:
            continue
        resolver = evidence.resolvers.of_address(connection.address)
        words = (connection.program, f"{DOT}/{connection.transport}", resolver)
        yield Blindness(REASON, " ".join(word for word in words if word))
        return
