r"""Names as every part of quannet compares them: lower case, no trailing dot, odd bytes as `\DDD`."""

from __future__ import annotations

LONGEST = 253

# What stands in names as they are met; everything else, also a dot or a backslash inside a label, is escaped.
_PLAIN = frozenset(range(0x21, 0x7F)) - frozenset(b'.\\"();@$')
_AS_IT_IS = bytes(sorted(_PLAIN))
_HOST = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789-_")


def name(labels: list[bytes]) -> str:
    """A name on the wire."""
    lower = b".".join(labels).lower()
    # A dot that stands for itself is between two labels; then there is one less of them.
    if lower.translate(None, _AS_IT_IS) == b"." * (len(labels) - 1):
        return lower.decode("ascii")
    return ".".join(map(label, labels))


def label(raw: bytes) -> str:
    """One label of a name on the wire."""
    return "".join(chr(byte) if byte in _PLAIN else f"\\{byte:03d}" for byte in raw.lower())


def host(raw: bytes) -> str | None:
    """A host name as a ClientHello gives it; None for an address, a port behind it, and other rubbish."""
    lower = raw.lower().removesuffix(b".")
    if not 0 < len(lower) <= LONGEST:
        return None
    labels = lower.split(b".")
    if any(not 0 < len(part) <= 63 or not _HOST.issuperset(part) for part in labels):
        return None
    # No top level is a number; an IPv4 address ends with one.
    return None if labels[-1].isdigit() else lower.decode("ascii")
