"""The strongest sign: of what a browser reached, how much was looked up where we could see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector.agent.blindness.evidence import HTTPS, RECENT, is_near

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from collector.agent.blindness.evidence import Evidence

ENOUGH = 3  # names or addresses; fewer prove nothing
_NONE: frozenset[str] = frozenset()
MOST = 3  # times as many of one kind as of the other


@dataclass(frozen=True)
class Tally:
    """What a browser reached since a moment: looked up in clear, or not."""

    told: frozenset[str]
    hidden: frozenset[str]

    @property
    def in_clear(self) -> bool:
        return len(self.told) >= ENOUGH and len(self.told) >= MOST * len(self.hidden)

    @property
    def is_hidden(self) -> bool:
        return len(self.hidden) >= ENOUGH and len(self.hidden) >= MOST * len(self.told)


def tally(evidence: Evidence, browser: str, since: float) -> Tally:
    """Steps: 1. each name that TLS told; 2. each address on port 443 for which it told none.

    What stands in the hosts file is not asked for by anybody, nor is a known resolver's own name.
    """
    since = max(since, evidence.now - RECENT)
    own = {c.address for c in evidence.connections if c.program == browser} | evidence.held.get(
        browser, _NONE
    )
    marks: dict[str, bool] = {}
    spoken: set[str] = set()
    for contact in evidence.view.contacts:
        if contact.at <= since or not (
            contact.process == browser or _is_of(contact.process, contact.address, own)
        ):
            continue
        spoken.add(contact.address)
        if contact.name and not contact.ech and evidence.resolver("", contact.name) is None:
            marks[contact.name] = contact.name in evidence.asked
    for connection in evidence.connections:
        address = connection.address
        if connection.program != browser or connection.port != HTTPS or connection.since <= since:
            continue
        if address in spoken or is_near(address) or evidence.resolver(address):
            continue
        marks[address] = address in evidence.named
    known = {mark: told for mark, told in marks.items() if mark not in evidence.hosts}
    return Tally(
        frozenset(mark for mark, told in known.items() if told),
        frozenset(mark for mark, told in known.items() if not told),
    )


def _is_of(process: str, address: str, own: AbstractSet[str]) -> bool:
    """A contact without a process is the browser's where the browser was seen to go there."""
    return not process and address in own
