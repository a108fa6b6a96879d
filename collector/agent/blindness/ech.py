"""`ech`: the name in TLS is only a screen, and the true one is encrypted."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from collector.agent.blindness.evidence import RECENT, Blindness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collector.agent.blindness.evidence import Evidence
    from collector.agent.observation import Contact

REASON = "ech"
OWN = Path(__file__).with_name("ech.csv")
RETRY = 15.0  # seconds within which a browser comes back after a refusal


def screens() -> frozenset[str]:
    """Outer names that are known to stand before many sites."""
    with OWN.open(encoding="utf-8", newline="") as file:
        return frozenset(row["name"] for row in csv.DictReader(file))


_SCREENS = screens()


def judge(evidence: Evidence) -> Iterator[Blindness]:
    """A real one shows a name that nobody looked up, and stands before many sites or at an address that
    was looked up under another name.

    Looks like it and is none: Chromium's decoy (its outer name is the true one, which was looked up), a
    refused one (the browser comes back at once and says the true name in clear).
    """
    if not evidence.browsers:
        return
    hidden = [
        c for c in evidence.view.contacts if c.ech and c.at > evidence.now - RECENT and _is_real(evidence, c)
    ]
    if hidden:
        yield Blindness(REASON, f"{len(hidden)} encrypted hello{'s' if len(hidden) > 1 else ''}")


def _is_real(evidence: Evidence, contact: Contact) -> bool:
    if contact.name in evidence.asked:
        return False
    elsewhere = contact.name not in evidence.answered.get(contact.address, {contact.name})
    if not elsewhere and contact.name and contact.name not in _SCREENS:
        return False
    return not any(
        0 < other.at - contact.at <= RETRY
        and other.address == contact.address
        and other.name != contact.name
        and other.name in evidence.asked
        for other in evidence.view.contacts
    )
