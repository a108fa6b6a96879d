"""Which packets pass the filter, by a small machine that runs it as the kernel does."""

import struct

import pytest

from collector.agent.platform import sieve
from collector.agent.platform.bpf import OPCODES, Instruction
from collector.agent.platform.sieve import DNS, HELLO, HTTPS, OUTGOING, WHOLE

NAMES = {code: name for name, code in OPCODES.items()}
ARRIVING = 0
CARD = 2  # a network's number
OPEN, NARROW = sieve.program(tails=True), sieve.program(tails=False)
SYN, ACK, PUSH = 2, 16, 24

HELLO_START = bytes.fromhex("160301020001") + bytes(500)
APPLICATION = bytes.fromhex("170303") + bytes(500)


def run(program: tuple[Instruction, ...], packet: bytes, *, kind: int = OUTGOING, card: int = CARD) -> int:
    """Bytes that the kernel would hand over; 0 where the packet is dropped, as for a load beyond its end."""
    protocol = 0x86DD if packet[0] >> 4 == 6 else 0x0800
    told = {0xFFFFF000: protocol, 0xFFFFF004: kind, 0xFFFFF008: card}
    a = x = at = 0
    memory = [0] * 16
    while True:
        code, yes, no, k = program[at]
        at += 1
        name = NAMES[code]
        if name == "ret":
            return k
        if name in {"ldb", "ldh", "ld", "ldb_x", "ldh_x", "ld_x", "ldx_ihl"}:
            if k in told:
                a = told[k]
                continue
            offset = k + (x if name.endswith("_x") else 0)
            width = {"ldb": 1, "ldh": 2, "ld": 4}.get(name.removesuffix("_x"), 1)
            if offset + width > len(packet):
                return 0
            value = int.from_bytes(packet[offset : offset + width], "big")
            if name == "ldx_ihl":
                x = (value & 15) * 4
            else:
                a = value
        elif name == "put":
            memory[k] = a
        elif name == "ja":
            at += k
        elif name.startswith("j"):
            truth = {"jeq": a == k, "jgt": a > k, "jge": a >= k, "jset": bool(a & k)}[name]
            at += yes if truth else no
        else:
            a, x = {
                "ldi": lambda a, x, k: (k, x),
                "len": lambda a, x, k: (len(packet), x),
                "get": lambda a, x, k: (memory[k], x),
                "ldxi": lambda a, x, k: (a, k),
                "tax": lambda a, x, k: (a, a),
                "and": lambda a, x, k: (a & k, x),
                "rsh": lambda a, x, k: (a >> k, x),
                "add_x": lambda a, x, k: (a + x & 0xFFFFFFFF, x),
                "sub_x": lambda a, x, k: (a - x & 0xFFFFFFFF, x),
            }[name](a, x, k)


def ip4(protocol: int, payload: bytes, *, options: int = 0, fragment: int = 0) -> bytes:
    header = 20 + options
    start = struct.pack(
        ">BBHHHBBH", 0x40 | header // 4, 0, header + len(payload), 1, fragment, 64, protocol, 0
    )
    return start + bytes([10, 0, 0, 5, 192, 0, 2, 7]) + bytes(options) + payload


def ip6(protocol: int, payload: bytes) -> bytes:
    return struct.pack(">IHBB", 6 << 28, len(payload), protocol, 64) + bytes(32) + payload


def udp(source: int, target: int, data: bytes = b"x" * 30) -> bytes:
    return struct.pack(">HHHH", source, target, 8 + len(data), 0) + data


def tcp(source: int, target: int, flags: int, data: bytes = b"", options: int = 12) -> bytes:
    words = (20 + options) // 4
    return struct.pack(">HHIIBBHHH", source, target, 1, 1, words << 4, flags, 0, 0, 0) + bytes(options) + data


def both(protocol: int, segment: bytes) -> list[bytes]:
    return [ip4(protocol, segment), ip4(protocol, segment, options=8), ip6(protocol, segment)]


@pytest.mark.parametrize("program", [OPEN, NARROW])
def test_dns_passes_in_both_directions(program: tuple[Instruction, ...]) -> None:
    for packet in (
        *both(17, udp(40_000, DNS)),
        *both(17, udp(DNS, 40_000)),
        *both(6, tcp(40_000, DNS, ACK)),
        *both(6, tcp(DNS, 40_000, PUSH, b"answer")),
    ):
        assert run(program, packet) == WHOLE
        assert run(program, packet, kind=ARRIVING) == WHOLE
        assert run(program, packet, kind=ARRIVING, card=sieve.LOOPBACK) == WHOLE


def test_the_loopback_shows_each_packet_once() -> None:
    assert run(OPEN, ip4(17, udp(40_000, DNS)), card=sieve.LOOPBACK) == 0


def test_other_machines_packets_do_not_pass() -> None:
    assert run(OPEN, ip4(17, udp(40_000, DNS)), kind=sieve.OTHER_HOST) == 0


@pytest.mark.parametrize("program", [OPEN, NARROW])
def test_what_the_pc_begins_passes(program: tuple[Instruction, ...]) -> None:
    for packet in both(6, tcp(40_000, 25_565, SYN)):
        assert run(program, packet) == sieve.HEADERS
        assert run(program, packet, kind=ARRIVING) == 0
    for packet in both(6, tcp(25_565, 40_000, SYN | ACK)):
        assert run(program, packet) == 0
    for first in (0xC3, 0xD0):
        for packet in both(17, udp(40_000, HTTPS, bytes([first]) + bytes(1199))):
            assert run(program, packet) == HELLO
            assert run(program, packet, kind=ARRIVING) == 0


@pytest.mark.parametrize("program", [OPEN, NARROW])
def test_a_hello_passes_however_long(program: tuple[Instruction, ...]) -> None:
    for packet in both(6, tcp(40_000, HTTPS, ACK, HELLO_START + bytes(9000))):
        assert run(program, packet) == HELLO
        assert run(program, packet, kind=ARRIVING) == 0


@pytest.mark.parametrize(
    ("data", "flags"),
    [
        (b"\x8a" * 800, PUSH),  # the second of two
        (b"\x8a" * 200, ACK),  # one in the middle, on a path with a small MTU
        (b"\x8a" * 1448, PUSH),
        (b"\x16", PUSH),  # cut after its first byte
        (b"\x16\x03\x01", PUSH),
        (b"\x8a", PUSH),
    ],
)
def test_what_may_be_a_hellos_rest_passes_the_open_filter_alone(data: bytes, flags: int) -> None:
    for packet in both(6, tcp(40_000, HTTPS, flags, data)):
        assert run(OPEN, packet) == HELLO
        assert run(NARROW, packet) == 0
        assert run(OPEN, packet, kind=ARRIVING) == 0


@pytest.mark.parametrize(
    "packet",
    [
        ip4(17, udp(40_000, 27_015)),  # a game
        ip4(17, udp(27_015, 40_000)),
        ip4(17, udp(40_000, HTTPS, b"\x40" + bytes(1199))),  # QUIC's data
        ip4(17, udp(40_000, HTTPS, b"\xe0" + bytes(1199))),  # QUIC's handshake
        ip4(17, udp(40_000, HTTPS, b"")),
        ip4(6, tcp(40_000, 25_565, PUSH, b"move")),
        ip4(6, tcp(40_000, HTTPS, ACK)),  # an acknowledgement of a download
        ip4(6, tcp(40_000, HTTPS, PUSH, APPLICATION)),
        ip4(6, tcp(40_000, HTTPS, ACK, b"\x8a" * 1448)),  # an upload's middle
        ip4(6, tcp(40_000, HTTPS, PUSH, b"\x8a" * 60_000)),  # the same, before the card cuts it
        ip4(6, tcp(HTTPS, 40_000, PUSH, APPLICATION)),
        ip4(6, tcp(40_000, DNS, SYN), fragment=0x20),
        ip4(1, bytes(64)),
        ip6(58, bytes(64)),
        ip4(6, b"\x00"),
        ip4(17, b""),
        ip4(6, tcp(40_000, HTTPS, PUSH, b"x", options=40)[:30]),
    ],
)
def test_all_else_stays_in_the_kernel(packet: bytes) -> None:
    assert run(OPEN, packet) == 0
    assert run(OPEN, packet, kind=ARRIVING, card=sieve.LOOPBACK) == 0


def test_most_of_an_upload_stays_in_the_kernel() -> None:
    """TLS records of 16 kB in segments of 1,448: one in eleven passes, the one that ends a write."""
    record = bytes.fromhex("1703034000") + b"\x8a" * 0x4000
    stream = record * 40
    passed = 0
    for at in range(0, len(stream), 1448):
        data = stream[at : at + 1448]
        last = at // len(record) != (at + 1448) // len(record)
        passed += run(OPEN, ip4(6, tcp(40_000, HTTPS, PUSH if last else ACK, data))) > 0
    assert passed <= len(stream) / 1448 / 10
