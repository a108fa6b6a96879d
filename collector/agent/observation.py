"""What a sensor of names has seen: a name looked up, or a connection that names its server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Lookup:
    r"""A name asked of a resolver: the question first, then the CNAME chain of the answer.

    Names are lower case, without the trailing dot, odd bytes as `\DDD`. A question and its response are two
    lookups of the same name, as are the A, AAAA and HTTPS queries of one visit: who counts folds them.
    """

    names: tuple[str, ...]
    addresses: tuple[str, ...]
    """As `inet_ntop` writes them; empty for a question."""
    client: tuple[str, int] | None
    """Address and port of who asked, by which its process is found."""
    at: float
    """Monotonic seconds, as whoever captures says."""
    process: str = ""
    """Filled by whoever can know it."""
    ech: bool = False
    """The answer's HTTPS record offers Encrypted ClientHello: the SNI of the next connection may be a screen."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A ClientHello on its way to a server, with the name that it asks for; one a connection."""

    name: str
    """As in Lookup; never empty, never an address."""
    address: str
    port: int
    client: tuple[str, int] | None
    ech: bool
    """A real Encrypted ClientHello: `name` is then only the outer one. A decoy (GREASE) is not marked."""
    transport: Literal["tls", "quic"]
    at: float
    process: str = ""
