"""Microseconds that the packet reader takes for each kind of frame, beside dpkt, dnslib and bare unpacking.

.venv/bin/python benchmarks/packets.py [--captures DIR] [--rounds 15] [--out FILE]

The frames are a fresh DNS answer (CNAME and four addresses), the real hellos of two captures (one and two
segments) and a real QUIC flight of three Initials, each with another client port a time, so that each is
another connection.
"""

import argparse
import contextlib
import statistics
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path

import dnslib
import dpkt
from common.report import head, write

from collector.agent.packets import cipher
from collector.agent.packets.reader import Reader

ROOT = Path(__file__).parent.parent
RESULT = ROOT / "benchmarks" / "results" / "packets.json"
TIMES = 1000  # connections a round
MAC = bytes(12)


def capture(path: Path) -> list[bytes]:
    """The frames of a capture file of Ethernet or Linux cooked v2, all as Ethernet."""
    data = path.read_bytes()
    order = "<" if data[:4] == b"\xd4\xc3\xb2\xa1" else ">"
    (link,) = struct.unpack_from(order + "I", data, 20)
    frames, at = [], 24
    while at < len(data):
        (size,) = struct.unpack_from(order + "I", data, at + 8)
        frame = data[at + 16 : at + 16 + size]
        frames.append(MAC + frame[:2] + frame[20:] if link == 276 else frame)
        at += 16 + size
    return frames


def transport(frame: bytes) -> int:
    return 14 + ((frame[14] & 15) * 4 if frame[14] >> 4 == 4 else 40)


def with_port(frame: bytes, port: int) -> bytes:
    at = transport(frame)
    return frame[:at] + struct.pack(">H", port) + frame[at + 2 :]


def to_port(frames: list[bytes], port: int, *, payload: int) -> list[bytes]:
    """What clients send to a port, as far as it carries something."""
    found = []
    for frame in frames:
        at = transport(frame)
        offset = (frame[at + 12] >> 4) * 4 if payload == 6 else 8
        if struct.unpack_from(">H", frame, at + 2) == (port,) and len(frame) > at + offset:
            found.append(frame)
    return found


def answer() -> bytes:
    message = dnslib.DNSRecord.question("www.example.vn").reply()
    message.add_answer(
        dnslib.RR("www.example.vn", dnslib.QTYPE.CNAME, rdata=dnslib.CNAME("edge.example.net"), ttl=60)
    )
    for last in range(4):
        rdata = dnslib.A(f"192.0.2.{last}")
        message.add_answer(dnslib.RR("edge.example.net", dnslib.QTYPE.A, rdata=rdata, ttl=60))
    data = message.pack()
    udp = struct.pack(">HHHH", 53, 40000, 8 + len(data), 0) + data
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + bytes(
        [192, 0, 2, 1, 10, 0, 0, 2]
    )
    return MAC + b"\x08\x00" + ip + udp


def syn(frame: bytes) -> bytes:
    """The opening of the connection that a segment belongs to."""
    at = transport(frame)
    (sequence,) = struct.unpack_from(">I", frame, at + 4)
    head = frame[at : at + 4] + struct.pack(">IIBBHHH", sequence - 1, 0, 0x50, 2, 1024, 0, 0)
    return frame[:16] + struct.pack(">H", at - 14 + 20) + frame[18:at] + head


def connections(frames: list[bytes]) -> list[list[bytes]]:
    return [[with_port(frame, 1024 + number) for frame in frames] for number in range(TIMES)]


def reading(frames: list[list[bytes]], expected: int, **options: object) -> Callable[[], None]:
    reader = Reader(**options)
    ports = 0

    def run() -> None:
        nonlocal ports
        ports += 1
        seen = 0
        for group in frames:
            for frame in group:
                seen += len(reader.feed(frame, ports * 60.0))
        assert seen == expected, (seen, expected)

    return run


def dpkt_dns(frame: bytes) -> Callable[[], None]:
    def run() -> None:
        for _ in range(TIMES):
            message = dpkt.dns.DNS(dpkt.ethernet.Ethernet(frame).data.data.data)
            assert len(message.an) == 5

    return run


def dnslib_dns(frame: bytes) -> Callable[[], None]:
    at = transport(frame) + 8

    def run() -> None:
        for _ in range(TIMES):
            assert len(dnslib.DNSRecord.parse(frame[at:]).rr) == 5

    return run


def dpkt_hello(frames: list[bytes]) -> Callable[[], None]:
    """Its records of one stream already put together, and its extensions searched for the name."""

    def run() -> None:
        for _ in range(TIMES):
            stream = b"".join(bytes(dpkt.ethernet.Ethernet(frame).data.data.data) for frame in frames)
            hello = dpkt.ssl.TLSHandshake(dpkt.ssl.TLSRecord(stream).data).data
            assert dict(hello.extensions)[0]

    return run


def unpacking(frame: bytes) -> Callable[[], None]:
    """The floor: the ports of a frame, by one call."""
    at = transport(frame)

    def run() -> None:
        for _ in range(TIMES):
            struct.unpack_from(">HH", frame, at)

    return run


def decrypting(frame: bytes) -> Callable[[], None]:
    """The floor of QUIC: keys, mask and one decryption (which fails, at the same cost) of as many bytes."""
    data = frame[transport(frame) + 8 :]

    def run() -> None:
        for _ in range(TIMES):
            keys = cipher.UNLOCK(cipher.VERSION1, data[6:14])
            keys.mask(data[40:56])
            with contextlib.suppress(ValueError):
                keys.open(0, data[:30], data[30:])

    return run


def tasks(captures: Path) -> dict[str, Callable[[], None]]:
    dns = answer()
    one = to_port(capture(captures / "r25-sll2.pcap"), 443, payload=6)[:1]
    two = to_port(capture(captures / "r22-kyber.pcap"), 443, payload=6)[:2]
    quic = to_port(capture(captures / "r33-quic-multi-initial.pcap"), 443, payload=17)[:3]
    game = with_port(dns, 7777)
    stream = with_port(two[0], 7777)
    stream = stream[: transport(stream) + 2] + struct.pack(">H", 8080) + stream[transport(stream) + 4 :]
    return {
        "dns_answer": reading([[dns]] * TIMES, TIMES),
        "dns_answer_dpkt": dpkt_dns(dns),
        "dns_answer_dnslib": dnslib_dns(dns),
        "hello_1_segment": reading(connections([syn(one[0]), *one]), TIMES),
        "hello_1_segment_dpkt": dpkt_hello(one),
        "hello_2_segments": reading(connections([syn(two[0]), *two]), TIMES),
        "hello_2_segments_dpkt": dpkt_hello(two),
        "quic_hello_3_initials": reading(connections(quic), TIMES),
        "quic_keys_and_one_decryption": decrypting(quic[0]),
        "ignored_udp": reading([[game]] * TIMES, 0),
        "ignored_tcp": reading([[stream]] * TIMES, 0),
        "unpack": unpacking(game),
    }


def measure(work: dict[str, Callable[[], None]], rounds: int) -> dict[str, float]:
    """Rounds are interleaved, so that what else the machine does falls on all alike."""
    taken: dict[str, list[float]] = {name: [] for name in work}
    for number in range(rounds + 1):
        for name, task in work.items():
            before = time.process_time_ns()
            task()
            if number:  # the first one warms up
                taken[name].append((time.process_time_ns() - before) / 1000 / TIMES)
    return {name: round(statistics.median(times), 2) for name, times in taken.items()}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--captures", type=Path, default=ROOT.parent / "shared" / "data" / "packets")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args()
    if not options.captures.is_dir():
        sys.exit(f"no captures in {options.captures}: give their folder with --captures")
    took = measure(tasks(options.captures), options.rounds)
    report = {
        **head("reading a name takes a small part of what general libraries take"),
        "peers": {"dpkt": dpkt.__version__, "dnslib": dnslib.version},
        "rounds": options.rounds,
        "cpu_microseconds_median": took,
        "dns_answer_to_dpkt": round(took["dns_answer"] / took["dns_answer_dpkt"], 3),
        "dns_answer_to_dnslib": round(took["dns_answer"] / took["dns_answer_dnslib"], 3),
        "hello_1_segment_to_dpkt": round(took["hello_1_segment"] / took["hello_1_segment_dpkt"], 3),
        "hello_2_segments_to_dpkt": round(took["hello_2_segments"] / took["hello_2_segments_dpkt"], 3),
        "quic_hello_to_keys_and_three_decryptions": round(
            took["quic_hello_3_initials"] / (3 * took["quic_keys_and_one_decryption"]), 3
        ),
    }
    write(options.out, report)


if __name__ == "__main__":
    main()
