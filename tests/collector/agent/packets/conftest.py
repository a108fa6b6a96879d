"""The 35 captures, and packets made by hand."""

import json
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from collector.agent.packets.link import Link
from collector.agent.packets.reader import Reader

CAPTURES = Path(__file__).parents[5] / "shared" / "data" / "packets"
LINKS = {1: Link.ETHERNET, 12: Link.RAW, 101: Link.RAW, 228: Link.RAW, 276: Link.COOKED2}
CUT = {0: 4, 9: 2}  # bytes before the IP packet: BSD's loopback, PPP


@dataclass(frozen=True)
class Capture:
    """One file of captures, and what a reader should say about it."""

    about: dict

    @property
    def name(self) -> str:
        return self.about["file"]

    def frames(self) -> Iterator[tuple[bytes, float, Link]]:
        """Steps: 1. the classic file format in either order of bytes; 2. strip what no socket of ours delivers."""
        data = (CAPTURES / self.name).read_bytes()
        order = "<" if data[:4] == b"\xd4\xc3\xb2\xa1" else ">"
        (link,) = struct.unpack_from(order + "I", data, 20)
        at = 24
        while at < len(data):
            seconds, micros, size, _ = struct.unpack_from(order + "IIII", data, at)
            frame = data[at + 16 : at + 16 + size]
            if link == 9 and frame[:2] == b"\xff\x03":
                frame = frame[2:]
            yield frame[CUT.get(link, 0) :], seconds + micros / 1e6, LINKS.get(link, Link.RAW)
            at += 16 + size


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "capture" not in metafunc.fixturenames:
        return
    found = CAPTURES / "expected.json"
    files = json.loads(found.read_text("utf-8"))["files"] if found.exists() else []
    captures = [Capture(about) for about in files] or [None]
    metafunc.parametrize("capture", captures, indirect=True, ids=[c.name if c else "none" for c in captures])


@pytest.fixture
def capture(request: pytest.FixtureRequest) -> Capture:
    if request.param is None:
        pytest.fail(f"no captures: {CAPTURES / 'expected.json'} is missing")
    return request.param


@pytest.fixture(scope="session")
def captures() -> list[list[tuple[bytes, float, Link]]]:
    if not CAPTURES.exists():
        pytest.fail(f"no captures: {CAPTURES} is missing")
    about = json.loads((CAPTURES / "expected.json").read_text("utf-8"))["files"]
    return [list(Capture(file).frames()) for file in about]


def address(text: str) -> bytes:
    return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)


def ip4(
    protocol: int, payload: bytes, source="10.0.0.2", target="10.0.0.1", options=b"", fragment=0
) -> bytes:
    size = 20 + len(options)
    head = struct.pack(
        ">BBHHHBBH", 0x40 | size // 4, 0, size + len(payload) & 0xFFFF, 7, fragment, 64, protocol, 0
    )
    return head + address(source) + address(target) + options + payload


def ip6(protocol: int, payload: bytes, source="fd00::2", target="fd00::1") -> bytes:
    return (
        struct.pack(">IHBB", 6 << 28, len(payload), protocol, 64)
        + address(source)
        + address(target)
        + payload
    )


def udp(payload: bytes, source=40000, target=53) -> bytes:
    return struct.pack(">HHHH", source, target, 8 + len(payload), 0) + payload


def tcp(payload: bytes, sequence: int, *, source=40000, target=443, flags=0x18, options=b"") -> bytes:
    head = (20 + len(options)) // 4 << 4
    return (
        struct.pack(">HHIIBBHHH", source, target, sequence & 0xFFFFFFFF, 0, head, flags, 1024, 0, 0)
        + options
        + payload
    )


def ethernet(packet: bytes, tags: tuple[int, ...] = ()) -> bytes:
    kind = b"\x08\x00" if packet[0] >> 4 == 4 else b"\x86\xdd"
    return bytes(12) + b"".join(struct.pack(">HH", tag, 5) for tag in tags) + kind + packet


def extension(kind: int, data: bytes) -> bytes:
    return struct.pack(">HH", kind, len(data)) + data


def server_name(*names: bytes, kind: int = 0) -> bytes:
    entries = b"".join(struct.pack(">BH", kind, len(name)) + name for name in names)
    return extension(0, struct.pack(">H", len(entries)) + entries)


def outer_ech(config: int, kind: int = 0) -> bytes:
    key = bytes(32)
    payload = bytes(144)
    body = bytes([kind]) + struct.pack(">HHB", 1, 1, config)
    return extension(0xFE0D, body + struct.pack(">H", 32) + key + struct.pack(">H", len(payload)) + payload)


def hello(*extensions: bytes) -> bytes:
    """A ClientHello as a handshake message."""
    joined = b"".join(extensions)
    body = (
        b"\x03\x03" + bytes(32) + b"\x20" + bytes(32) + b"\x00\x04\x13\x01\x13\x02" + b"\x01\x00"
        + struct.pack(">H", len(joined)) + joined
    )  # fmt: skip
    return b"\x01" + len(body).to_bytes(3, "big") + body


def records(message: bytes, size: int = 16384) -> bytes:
    pieces = [message[at : at + size] for at in range(0, len(message), size)]
    return b"".join(b"\x16\x03\x01" + len(piece).to_bytes(2, "big") + piece for piece in pieces)


def question(name: bytes, kind: int = 1, number: int = 1) -> bytes:
    """A query whose name is given as on the wire."""
    return struct.pack(">HHHHHH", number, 0x0100, 1, 0, 0, 0) + name + struct.pack(">HH", kind, 1)


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    parts = (ip4, ip6, udp, tcp, ethernet, extension, server_name, outer_ech, hello, records, question)
    return SimpleNamespace(**{part.__name__: part for part in parts})


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def talk(make, reader):
    """Feed a TCP stream's pieces, given as (offset, bytes), behind its SYN."""

    def feed(*pieces, first=1000, target=443, source=40000, at=0.0, syn=True):
        seen = []
        if syn:
            opening = make.tcp(b"", first - 1, flags=2, target=target, source=source)
            seen += reader.feed(make.ethernet(make.ip4(6, opening)), at)
        for offset, data in pieces:
            segment = make.tcp(data, first + offset, target=target, source=source)
            seen += reader.feed(make.ethernet(make.ip4(6, segment)), at)
        return seen

    return feed
