"""Which packets the kernel hands over: names asked for, beginnings of connections, first words to port 443."""

from __future__ import annotations

from collector.agent.platform.bpf import INTERFACE, PACKET_TYPE, PROTOCOL, Instruction, Op, assemble

LOOPBACK = 1  # its number in every network namespace
OTHER_HOST, OUTGOING = 3, 4  # of a packet's type
TCP, UDP = 6, 17
DNS, HTTPS = 53, 443

# Bytes of a packet that are handed over: headers (IP 60, TCP 60) and what one of its kind can hold.
WHOLE = 16_384  # DNS: over UDP hardly 4 kB, over TCP a segment of the loopback
HELLO = 4_096 + 120
HEADERS = 128

TAIL = 4_096  # bytes: a hello's rest is no longer
SMALL = 1_000  # bytes of a segment that may have more behind it on a path with a small MTU

_PROTO, _FLAGS, _SIZE = 0, 1, 2  # the filter's memory


def program(*, tails: bool) -> tuple[Instruction, ...]:
    """The filter, for a socket that gives packets from the network header on (SOCK_DGRAM).

    Steps: 1. what goes to other machines, and the loopback's first sight of a packet (it shows each
    twice) is dropped; 2. DNS in both directions passes; 3. of what the PC itself sends: SYNs, first
    packets of QUIC, ClientHellos to 443; 4. with `tails`, what may be the rest of a ClientHello.

    A filter remembers nothing, so that a hello's second segment is known by what it is not: no
    application data, not longer than a hello's rest, and pushed (the last of a write) or small. Of an
    upload that leaves one segment in many.
    """
    drop, hello, syn = "drop", "hello", "headers"
    return assemble(
        [
            Op("ld", PACKET_TYPE),
            Op("jeq", OTHER_HOST, drop),
            Op("jeq", OUTGOING, "outgoing", "arriving"),
            "outgoing",
            Op("ld", INTERFACE),
            Op("jeq", LOOPBACK, drop, "network"),
            "arriving",
            "network",
            Op("ld", PROTOCOL),
            Op("jeq", 0x0800, "version4"),
            Op("jeq", 0x86DD, "version6", drop),
            "version4",
            Op("ldh", 6),
            Op("jset", 0x1FFF, drop),  # a later fragment has no ports
            Op("ldb", 9),
            Op("put", _PROTO),
            Op("ldx_ihl", 0),
            Op("ja", yes="transport"),
            "version6",
            Op("ldb", 6),
            Op("put", _PROTO),
            Op("ldxi", 40),
            "transport",
            Op("get", _PROTO),
            Op("jeq", TCP, "ports"),
            Op("jeq", UDP, "ports", drop),
            "ports",
            Op("ldh_x", 0),
            Op("jeq", DNS, "whole"),
            Op("ldh_x", 2),
            Op("jeq", DNS, "whole"),
            # From here on only what this PC sends. The loopback's packets are all its own.
            Op("ld", INTERFACE),
            Op("jeq", LOOPBACK, "own"),
            Op("ld", PACKET_TYPE),
            Op("jeq", OUTGOING, "own", drop),
            "own",
            Op("get", _PROTO),
            Op("jeq", UDP, "quic"),
            Op("ldb_x", 13),
            Op("put", _FLAGS),
            Op("and", 0x12),
            Op("jeq", 0x02, syn),  # SYN without ACK
            Op("ldh_x", 2),
            Op("jeq", HTTPS, "segment", drop),
            "quic",
            Op("ldh_x", 2),
            Op("jeq", HTTPS, "", drop),
            Op("ldb_x", 8),
            Op("and", 0xF0),
            Op("jeq", 0xC0, hello),  # a long header's Initial; in version 2 its number is another
            Op("jeq", 0xD0, hello, drop),
            "segment",
            Op("ldb_x", 12),
            Op("and", 0xF0),
            Op("rsh", 2),
            Op("add_x"),
            Op("tax"),  # where the data begin
            Op("len"),
            Op("sub_x"),
            Op("jeq", 0, drop),
            Op("put", _SIZE),
            Op("ldb_x", 0),
            Op("jeq", 0x16, "record", "rest"),
            "record",
            Op("get", _SIZE),
            Op("jge", 6, "", "rest"),
            Op("ldb_x", 5),
            Op("jeq", 0x01, hello, "rest"),
            *(_tails(drop, hello) if tails else ("rest", Op("ja", yes=drop))),
            "whole",
            Op("ret", WHOLE),
            hello,
            Op("ret", HELLO),
            syn,
            Op("ret", HEADERS),
            drop,
            Op("ret", 0),
        ]
    )


def _tails(drop: str, hello: str) -> list[Op | str]:
    return [
        "rest",
        Op("get", _SIZE),
        Op("jgt", TAIL, drop),
        Op("jge", SMALL, "", "short"),
        Op("get", _FLAGS),
        Op("jset", 0x08, "short", drop),
        "short",
        Op("get", _SIZE),
        Op("jeq", 1, hello),
        Op("ldh_x", 0),
        Op("jeq", 0x1703, drop),  # application data, alerts, change of cipher
        Op("jeq", 0x1503, drop),
        Op("jeq", 0x1403, drop, hello),
    ]
