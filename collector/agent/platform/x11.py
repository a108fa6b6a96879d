"""Asks an X server how long its keys and mice have been still: a few requests of its protocol, by hand.

libX11 ends the whole process when the server goes away, and waits for ever when it hangs; an agent
must survive both.
"""

from __future__ import annotations

import socket
import struct
import sys
from typing import TYPE_CHECKING

assert sys.platform != "win32"  # for mypy: only platform.current() imports this

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

WITHIN = 0.5  # seconds for each answer
LONGEST = 64 * 1024  # bytes of an answer

_COOKIE = b"MIT-MAGIC-COOKIE-1"
_EXTENSION = b"MIT-SCREEN-SAVER"
_QUERY_EXTENSION = 98
_QUERY_INFO = 1  # of the extension
_REPLY = 1

# Where login managers and sessions keep the cookie that lets a program of the PC ask.
_AUTHORITIES = ("root/.Xauthority", "home/*/.Xauthority", "run/user/*/gdm/Xauthority", "run/user/*/xauth_*")
_MOST_COOKIES = 8


def idle_seconds(server: Path, cookies: Iterable[bytes] = ()) -> float | None:
    """Seconds since the last input at the server behind a socket; None where it does not say."""
    for cookie in (*cookies, b""):
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(WITHIN)
                line.connect(str(server))
                return _idle(line, cookie)
        except PermissionError:
            continue  # the cookie of another display
        except (OSError, ValueError, struct.error):
            return None
    return None


def cookies(root: Path) -> list[bytes]:
    """Keys found in the usual authority files; none where we may not read them."""
    found: dict[bytes, None] = {}
    for pattern in _AUTHORITIES:
        for path in sorted(root.glob(pattern)):
            try:
                found.update(dict.fromkeys(parse_authority(path.read_bytes())))
            except (OSError, struct.error):
                continue
    return list(found)[:_MOST_COOKIES]


def parse_authority(data: bytes) -> Iterator[bytes]:
    """The cookies of an .Xauthority file: family, then address, display, name and key, each with its length."""
    at = 0
    while at < len(data):
        at += 2
        parts: list[bytes] = []
        for _ in range(4):
            (length,) = struct.unpack_from(">H", data, at)
            parts.append(data[at + 2 : at + 2 + length])
            at += 2 + length
        if parts[2] == _COOKIE:
            yield parts[3]


def _idle(line: socket.socket, cookie: bytes) -> float:
    """Steps: 1. introduce ourselves; 2. find the extension; 3. ask it about the first screen."""
    name = _COOKIE if cookie else b""
    hello = struct.pack("<BxHHHHxx", ord("l"), 11, 0, len(name), len(cookie))
    line.sendall(hello + _padded(name) + _padded(cookie))
    accepted, length = struct.unpack("<B5xH", _exactly(line, 8))
    setup = _exactly(line, length * 4)
    if accepted != 1:
        raise PermissionError("the X server refused")
    size = 2 + len(_padded(_EXTENSION)) // 4
    line.sendall(struct.pack("<BxHHxx", _QUERY_EXTENSION, size, len(_EXTENSION)) + _padded(_EXTENSION))
    present, opcode = struct.unpack_from("<BB", _answer(line), 8)
    if not present:
        raise ValueError("the X server has no screen saver extension")
    line.sendall(struct.pack("<BBHI", opcode, _QUERY_INFO, 2, first_root(setup)))
    (silent,) = struct.unpack_from("<I", _answer(line), 16)
    return float(silent) / 1000


def first_root(setup: bytes) -> int:
    """The root window of the first screen, behind the vendor's name and the pixel formats."""
    (vendor,) = struct.unpack_from("<H", setup, 16)
    formats = setup[21]
    (root,) = struct.unpack_from("<I", setup, 32 + (vendor + 3) // 4 * 4 + 8 * formats)
    return int(root)


def _answer(line: socket.socket) -> bytes:
    answer = _exactly(line, 32)
    if answer[0] != _REPLY:
        raise ValueError("an error or an event instead of an answer")
    return answer


def _exactly(line: socket.socket, size: int) -> bytes:
    if size > LONGEST:
        raise ValueError(f"an answer of {size} bytes")
    data = b""
    while len(data) < size:
        part = line.recv(size - len(data))
        if not part:
            raise ConnectionError("the X server hung up")
        data += part
    return data


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
