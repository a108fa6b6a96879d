"""What a reader has read and what it gave up: a zero of observations means nothing without these."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(slots=True)
class Counters:
    """Since the reader began. From `malformed` on, each is something that may have held a name."""

    frames: int = 0
    ignored: int = 0
    """Frames that are no business of ours: other protocols and ports, acknowledgements, known streams."""
    lookups: int = 0
    contacts: int = 0
    malformed: int = 0
    """Frames that break their own protocol, and DNS messages without one readable name."""
    fragments: int = 0
    """IP fragments after the first; the first is read as far as it goes."""
    tcp_gap: int = 0
    """Streams with a hole too large to wait for."""
    tcp_midstream: int = 0
    """Segments of DNS streams whose beginning was not seen."""
    unfinished: int = 0
    """Streams thrown out for room or age before they had said what they wanted."""
    not_tls: int = 0
    """Streams to port 443 that are no TLS; of SSL 2, which has no names, too."""
    nameless: int = 0
    """Hellos without a host name: none at all, an address, or what is no host name."""
    quic_unsupported: int = 0
    """First QUIC packets met without the extra `quannet[quic]`, or of a version that is not known."""
    quic_locked: int = 0
    """First QUIC packets that could not be decrypted."""

    def as_dict(self) -> dict[str, int]:
        return asdict(self)
