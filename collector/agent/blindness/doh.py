"""`doh`: lookups go to a resolver over HTTPS, where nobody sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.agent.blindness.clear import tally
from collector.agent.blindness.evidence import HTTPS, Blindness, is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from collector.agent.blindness.clear import Tally
    from collector.agent.blindness.evidence import Connection, Evidence

REASON = "doh"


def judge(evidence: Evidence) -> Iterator[Blindness]:
    """Steps: 1. a connection to a known resolver, by address or by any name that led there; 2. a new TLS
    contact that names one; 3. a browser whose lookups are not to be seen, whoever answers them.

    Looks like it and is none: a page on a resolver's own site (its visitor's other lookups are in clear), a
    resolver of this PC's own that asks on over HTTPS (its clients' lookups were seen), a name in the hosts
    file, a connection or a browser that is older than our looking.
    """
    if not evidence.browsers:
        return
    tallies = {browser: tally(evidence, browser, evidence.view.since) for browser in evidence.browsers}
    for who, resolver in _known(evidence):
        if not _excused(who, tallies):
            yield Blindness(REASON, f"{who}: {resolver}" if who else resolver)
            return
    for browser, found in tallies.items():
        if found.is_hidden and evidence.known_lookups(browser):
            seen = len(found.told) + len(found.hidden)
            yield Blindness(REASON, f"{browser}: {len(found.hidden)} of {seen} never looked up")
            return


def _excused(who: str, tallies: Mapping[str, Tally]) -> bool:
    """A browser by what it looks up itself; anybody else where all browsing is in clear."""
    if who in tallies:
        return tallies[who].in_clear
    return any(found.in_clear for found in tallies.values()) and not any(
        found.is_hidden for found in tallies.values()
    )


def _known(evidence: Evidence) -> Iterator[tuple[str, str]]:
    for connection in evidence.connections:
        if connection.port != HTTPS or _is_own_stub(evidence, connection):
            continue
        resolver = evidence.resolver(connection.address)
        for name in sorted(evidence.named.get(connection.address, ())):
            resolver = resolver or evidence.resolver("", name)
        if resolver:
            yield connection.program, resolver
    for contact in evidence.view.contacts:
        if contact.at > evidence.last and contact.port == HTTPS:
            resolver = evidence.resolver(contact.address, contact.name)
            if resolver and contact.process not in evidence.resolving:
                yield contact.process if contact.process in evidence.browsers else "", resolver


def _is_own_stub(evidence: Evidence, connection: Connection) -> bool:
    return is_loopback(connection.address) or (evidence.stub and connection.program in evidence.resolving)
