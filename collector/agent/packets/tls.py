"""What a ClientHello says in clear: the server's name, and whether it carries Encrypted ClientHello.

**ECH and its decoy.** Chromium and Firefox send an `encrypted_client_hello` extension of random bytes (GREASE) to
servers that offer none, made so that nobody on the way can tell it from a real one. By the hello alone
this reader cannot either. It calls ECH real where the outer name is a known front (RFC 9849: the public
name of the offer; cloudflare-ech.com is by far the largest), or where an HTTPS record that it has seen
offers just this public name with just this number of a key. It misses a real one with a front of its own
whose HTTPS record went over DoH; that DoH is a blindness of its own.
"""

from __future__ import annotations

from typing import NamedTuple

from collector.agent.packets import names

PORT = 443
FRONTS = frozenset({"cloudflare-ech.com"})

_HANDSHAKE = 22
_CLIENT_HELLO = 1
_LARGEST_RECORD = 16 * 1024 + 256
_LARGEST_HELLO = 64 * 1024
_SERVER_NAME, _ECH = 0x0000, 0xFE0D


class Hello(NamedTuple):
    name: str | None
    """None where it gives no host name."""
    ech: int | None = None
    """The number of the key that the outer hello says it was encrypted for; None without the extension."""


class Wanted(NamedTuple):
    """It may be a hello, but cannot be read before so many bytes of the stream are there."""

    size: int


def stream(data: bytes | bytearray, *, partial: bool = False) -> Hello | Wanted | None:
    """The hello at the start of a TLS connection, in as many records as it likes; None: no hello.

    `partial`: nothing more will come; say what can be said.
    """
    if not begins(data):
        return None
    message = bytearray()
    missing = 1
    at = 0
    while at + 5 <= len(data):
        size = data[at + 3] << 8 | data[at + 4]
        if data[at] != _HANDSHAKE or data[at + 1] != 3 or not 0 < size <= _LARGEST_RECORD:
            return None
        message += data[at + 5 : at + 5 + size]
        found = handshake(message)
        if found is None or isinstance(found, Hello):
            return found
        missing = found.size - len(message)
        at += 5 + size
    if partial:
        return handshake(message, partial=True)
    return Wanted(len(data) + missing)


def begins(data: bytes | bytearray) -> bool:
    """As far as there are bytes, they are a handshake record with a ClientHello in it."""
    return len(data) < 1 or (
        data[0] == _HANDSHAKE
        and (len(data) < 2 or data[1] == 3)
        and (len(data) < 6 or data[5] == _CLIENT_HELLO)
    )


def handshake(data: bytes | bytearray, *, partial: bool = False) -> Hello | Wanted | None:
    """The ClientHello at the start of a stream of handshake messages."""
    if len(data) < 4:
        return None if partial else Wanted(4)
    end = 4 + (data[1] << 16 | data[2] << 8 | data[3])
    if data[0] != _CLIENT_HELLO or end > _LARGEST_HELLO:
        return None
    if len(data) < end:
        return _read(data, len(data)) if partial else Wanted(end)
    return _read(data, end)


def _read(data: bytes | bytearray, end: int) -> Hello:
    """Version and random, then session, cipher suites, compressions and extensions, each with its length."""
    try:
        at = 4 + 2 + 32
        at += 1 + data[at]
        at += 2 + (data[at] << 8 | data[at + 1])
        at += 1 + data[at]
        at += 2
    except IndexError:
        return Hello(None)
    name, ech = None, None
    while at + 4 <= end:
        kind = data[at] << 8 | data[at + 1]
        size = data[at + 2] << 8 | data[at + 3]
        at += 4
        if kind == _SERVER_NAME:
            name = _server_name(data[at : min(at + size, end)])
        elif kind == _ECH and size >= 6 and at + 6 <= end and data[at] == 0:  # 0: an outer hello
            ech = data[at + 5]
        at += size
    return Hello(name, ech)


def _server_name(data: bytes | bytearray) -> str | None:
    """Of the list, the first entry that is a host name and whole."""
    at = 2
    while at + 3 <= len(data):
        size = data[at + 1] << 8 | data[at + 2]
        entry = bytes(data[at + 3 : at + 3 + size])
        if data[at] == 0 and len(entry) == size:
            return names.host(entry)
        at += 3 + size
    return None
