"""Every format of lists that can be read, and which one a text has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioning.blocklists.formats import adblock, dnsmasq, domains, hosts, rpz, unbound, wildcard

if TYPE_CHECKING:
    from collections.abc import Iterable

    from provisioning.blocklists.formats.kind import Format

# In this order where two fit equally well.
FORMATS: tuple[Format, ...] = (
    hosts.FORMAT,
    adblock.FORMAT,
    dnsmasq.FORMAT,
    unbound.FORMAT,
    rpz.FORMAT,
    wildcard.FORMAT,
    domains.FORMAT,
)
NAMES = tuple(format_.name for format_ in FORMATS)


def named(name: str) -> Format:
    return FORMATS[NAMES.index(name)]


def detect(lines: Iterable[str]) -> Format | None:
    """The format whose sign most of the lines bear; None where no line bears any."""
    votes = dict.fromkeys(FORMATS, 0)
    for line in lines:
        text = line.strip()
        for format_ in FORMATS:
            if text and text[0] not in format_.comments and format_.sign.match(text):
                votes[format_] += 1
                break
    best = max(FORMATS, key=lambda format_: votes[format_])
    return best if votes[best] else None
