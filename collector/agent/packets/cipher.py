"""The keys of QUIC's first packets, which whoever sees the first one can make (RFC 9001, 9369).

The one module that needs the extra `quannet[quic]`: the standard library has no AES.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Protocol

VERSION1 = 0x00000001
VERSION2 = 0x6B3343CF

_SALTS = {
    VERSION1: bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a"),
    VERSION2: bytes.fromhex("0dede3def700a6db819381be6e269dcbf9bd2ed9"),
}
_LABELS = {VERSION1: "quic", VERSION2: "quicv2"}


class Opener(Protocol):
    """What opens a client's Initial packets of one connection."""

    def mask(self, sample: bytes) -> bytes: ...

    def open(self, number: int, header: bytes, sealed: bytes) -> bytes | None:
        """None where the packet was not sealed with this key."""


class Unlock(Protocol):
    def __call__(self, version: int, connection: bytes, /) -> Opener: ...


def client_keys(version: int, connection: bytes) -> tuple[bytes, bytes, bytes]:
    """Key, nonce and header key, from the destination that the client's first packet names."""
    initial = hmac.digest(_SALTS[version], connection, hashlib.sha256)
    client = _expand(initial, "client in", 32)
    prefix = _LABELS[version]
    return (
        _expand(client, f"{prefix} key", 16),
        _expand(client, f"{prefix} iv", 12),
        _expand(client, f"{prefix} hp", 16),
    )


def _expand(secret: bytes, label: str, size: int) -> bytes:
    """HKDF-Expand-Label of TLS 1.3, for what fits into one block of SHA-256."""
    name = f"tls13 {label}".encode("ascii")
    info = size.to_bytes(2, "big") + bytes([len(name)]) + name + b"\0\1"
    return hmac.digest(secret, info, hashlib.sha256)[:size]


UNLOCK: Unlock | None
try:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
except ImportError:
    UNLOCK = None
else:

    class _Keys:
        def __init__(self, version: int, connection: bytes, /) -> None:
            key, self._nonce, header = client_keys(version, connection)
            self._seal = AESGCM(key)
            # One block of AES is what the mask is made of; there is no mode to choose.
            self._header = Cipher(algorithms.AES(header), modes.ECB()).encryptor()  # noqa: S305

        def mask(self, sample: bytes) -> bytes:
            return self._header.update(sample)

        def open(self, number: int, header: bytes, sealed: bytes) -> bytes | None:
            nonce = (int.from_bytes(self._nonce, "big") ^ number).to_bytes(12, "big")
            try:
                return self._seal.decrypt(nonce, sealed, header)
            except InvalidTag:
                return None

    UNLOCK = _Keys
