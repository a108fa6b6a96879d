"""What the judges of blindness look at: one picture of the PC, taken at one moment, as plain values."""

from __future__ import annotations

import ipaddress
import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from collector.agent.blindness.resolvers import Resolvers
    from collector.agent.observation import Contact, Lookup

HTTPS, DOT, DNS = 443, 853, 53  # ports
START = 1.0  # seconds: a browser asks for nothing in its first second, and its start is known to a tick
RECENT = 300.0  # seconds of browsing that a verdict is made of
MEMORY = 900.0  # seconds for which lookups are remembered
_HERE = tuple(
    map(
        ipaddress.ip_network,
        (
            "127.0.0.0/8",
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "169.254.0.0/16",
            "::1/128",
            "fc00::/7",
            "fe80::/10",
        ),
    )
)


@dataclass(frozen=True, kw_only=True)
class View:
    """What the capture says of itself, and what it saw of late.

    `whole`: it sees packets, so lookups of any resolver and the names in TLS; otherwise (systemd-resolved's
    monitor, Windows' DNS client) only what goes through the system's own resolver.
    `since`: monotonic moment from which it has been looking without a break.
    `events` and `lost` count from the capture's start. `lookups` and `contacts` are those of the last
    quarter of an hour at least as far as their bounds allow, oldest first; they never leave the PC.
    """

    running: bool
    permitted: bool
    whole: bool = True
    since: float = 0.0
    events: int = 0
    lost: int = 0
    lookups: tuple[Lookup, ...] = ()
    contacts: tuple[Contact, ...] = ()
    complaint: str = ""  # what the capture said when it could not go on; no names in it


class Sight(Protocol):
    """Whoever captures. Answers at once, from any thread."""

    def look(self) -> None:
        """Begin to look, where it does not yet."""
        ...

    def view(self) -> View: ...


@dataclass(frozen=True)
class Connection:
    """A socket with a far end. `program` is a name of `programs.csv`, empty for any other program.

    `since`: the monotonic moment of the first sample that saw it; it began after the sample before.
    """

    program: str
    address: str
    port: int
    transport: str = "tcp"
    since: float = -math.inf


@dataclass(frozen=True)
class Adapter:
    """A network adapter. `kind`: tun, tap, wireguard, ppp or empty for any other.

    `outgoing`: what leaves for the Internet leaves by it.
    """

    name: str
    kind: str = ""
    outgoing: bool = False


@dataclass(frozen=True)
class Policy:
    """What a browser's managed policies say; None where they say nothing.

    `dns_host`: of the DoH server that the policies themselves name.
    """

    browser: str
    doh: bool | None = None
    quic: bool | None = None
    ech: bool | None = None
    builtin: bool | None = None
    dns_host: str = ""


@dataclass(frozen=True)
class Wanted:
    """What the site wants to be switched off by policy in every browser: of doh, quic, ech."""

    off: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Blindness:
    """One reason why names may have been missed. `detail` never holds a name that a person chose."""

    reason: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """`now` and all other moments are monotonic seconds; `last` is the moment of the sample before.

    `browsers`: each that runs, by name, and since when (the oldest process of it).
    `resolving`: programs in `connections` that are resolvers of this PC's own.
    `servers`: addresses of the system's resolvers. `vpns`: programs that run and are known to make tunnels.
    `held`: addresses to which a browser had a connection in any sample of late.
    `listeners`: for a port of this PC, the tunnel's program that listens there.
    `hosts`: names and addresses of the hosts file, which nobody asks for.
    `lost`, `events`: of the capture since the last sample.
    """

    now: float
    last: float
    view: View
    resolvers: Resolvers
    connections: tuple[Connection, ...] = ()
    adapters: tuple[Adapter, ...] = ()
    browsers: Mapping[str, float] = field(default_factory=dict)
    vpns: frozenset[str] = frozenset()
    held: Mapping[str, frozenset[str]] = field(default_factory=dict)
    listeners: Mapping[int, str] = field(default_factory=dict)
    resolving: frozenset[str] = frozenset()
    policies: tuple[Policy, ...] = ()
    hosts: frozenset[str] = frozenset()
    servers: tuple[str, ...] = ()
    events: int = 0
    lost: int = 0

    @cached_property
    def asked(self) -> frozenset[str]:
        """Every name that was seen to be looked up."""
        return frozenset(name for lookup in self.view.lookups for name in lookup.names)

    @cached_property
    def answered(self) -> dict[str, set[str]]:
        """For each address the names that were seen to lead to it."""
        found: dict[str, set[str]] = {}
        for lookup in self.view.lookups:
            for address in lookup.addresses:
                found.setdefault(address, set()).update(lookup.names)
        return found

    @cached_property
    def named(self) -> dict[str, set[str]]:
        """The same, with the names that TLS told on the way."""
        found = {address: set(names) for address, names in self.answered.items()}
        for contact in self.view.contacts:
            if contact.name:
                found.setdefault(contact.address, set()).add(contact.name)
        return found

    def resolver(self, address: str, name: str = "") -> str | None:
        """The id of the known resolver behind an address or a name; one that a policy names is known."""
        found = self.resolvers.of_address(address) or (self.resolvers.of_name(name) if name else None)
        hosts = {policy.dns_host for policy in self.policies if policy.dns_host}
        return found or ("policy's own" if address in hosts or name in hosts else None)

    @property
    def stub(self) -> bool:
        """Whether the PC asks a resolver of its own: what that one sends on, we have already seen."""
        return bool(self.servers) and all(is_loopback(address) for address in self.servers)

    def known_lookups(self, browser: str) -> bool:
        """Whether we have been looking for as long as a browser could remember an answer."""
        began = self.browsers.get(browser)
        if began is None or not self.view.running:
            return False
        return began + START >= self.view.since or self.now - self.view.since >= MEMORY


def is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def is_near(address: str) -> bool:
    """The PC itself or its local network: printers, routers, servers of games, all reached without a name."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found.version == net.version and found in net for net in _HERE)
