"""The PCs of a deployment, to be simulated: its registry, and the passwords of its venues."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector.agent.link import Endpoint
from collector.simulate import Habits, SimulatedVenue
from provisioning.settings import PASSWORDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from collector.deploy import Broker, Deploy
    from collector.roster import Venue

HABITS = Habits(in_use=0.6, plays=0.7)


@dataclass(frozen=True)
class Part:
    """The `which`-th of `of` parts, in which every PC of the whole stands once."""

    which: int = 1
    of: int = 1

    def holds(self, position: int) -> bool:
        return position % self.of == self.which - 1


def parse_part(text: str) -> Part:
    """`K/N`. ValueError says what to write."""
    which, slash, of = text.partition("/")
    if not (slash and which.isdecimal() and of.isdecimal() and 1 <= int(which) <= int(of)):
        raise ValueError(f"{text!r} is no part; write K/N, such as 1/2 in one process and 2/2 in another")
    return Part(int(which), int(of))


def venues(
    deploy: Deploy, secrets: Path, pcs: int | None = None, part: Part = Part()
) -> list[SimulatedVenue]:
    """The first `pcs` PCs of the registry, or all, as far as they belong to the part.

    OSError where a password cannot be read, ValueError where the registry has too few.
    """
    registered = deploy.roster().get().venues
    have = sum(len(venue.pcs) for venue in registered)
    if pcs is not None and pcs > have:
        raise ValueError(f"{pcs} PCs are wanted and {have} are registered; write {have} at most")
    return [
        SimulatedVenue(venue.id, names, _endpoint(deploy.broker, secrets, venue.id), HABITS)
        for venue, names in _split(registered, have if pcs is None else pcs, part)
    ]


def is_here(broker: Broker) -> bool:
    """Whether its name means this machine, and nothing else. OSError where it means nothing."""
    found = socket.getaddrinfo(broker.host, broker.port, type=socket.SOCK_STREAM)
    return all(ipaddress.ip_address(address[0]).is_loopback for *_, address in found)


def reach(broker: Broker) -> None:
    """OSError where nobody listens."""
    socket.create_connection((broker.host, broker.port), timeout=5).close()


def _split(registered: tuple[Venue, ...], pcs: int, part: Part) -> Iterator[tuple[Venue, tuple[str, ...]]]:
    position = 0
    for venue in registered:
        mine = tuple(name for k, name in enumerate(venue.pcs, position) if k < pcs and part.holds(k))
        position += len(venue.pcs)
        if mine:
            yield venue, mine


def _endpoint(broker: Broker, secrets: Path, venue: str) -> Endpoint:
    password = (secrets / PASSWORDS / venue).read_text("utf-8").strip()
    return Endpoint(broker.host, broker.port, venue, password, broker.ca_file)
