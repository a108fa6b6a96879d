"""A small assembler for the kernel's packet filter (classic BPF), and how a program is hung on a socket."""

from __future__ import annotations

import ctypes
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable

OPCODES = {
    "ldb": 0x30,  # A = byte at k
    "ldh": 0x28,
    "ld": 0x20,
    "ldb_x": 0x50,  # A = byte at X + k
    "ldh_x": 0x48,
    "ld_x": 0x40,
    "ldi": 0x00,  # A = k
    "len": 0x80,  # A = length of the packet
    "get": 0x60,  # A = M[k]
    "put": 0x02,  # M[k] = A
    "ldxi": 0x01,  # X = k
    "ldx_ihl": 0xB1,  # X = 4 * (low half of the byte at k): an IPv4 header's length
    "tax": 0x07,
    "and": 0x54,
    "rsh": 0x74,
    "add_x": 0x0C,
    "sub_x": 0x1C,
    "ja": 0x05,
    "jeq": 0x15,
    "jgt": 0x25,
    "jge": 0x35,
    "jset": 0x45,
    "ret": 0x06,
}
_JUMPS = frozenset({"jeq", "jgt", "jge", "jset"})

# What the kernel knows of a packet besides its bytes: offsets for `ld`.
PROTOCOL, PACKET_TYPE, INTERFACE = (0xFFFFF000 + n for n in (0, 4, 8))

SO_ATTACH_FILTER = 26
MOST = 4096  # instructions that the kernel takes


@dataclass(frozen=True)
class Op:
    """One instruction: a jump names the labels where it goes if true and if false; empty is the next one."""

    name: str
    k: int = 0
    yes: str = ""
    no: str = ""


Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, k


def assemble(lines: Iterable[Op | str]) -> tuple[Instruction, ...]:
    """Texts are labels of the instruction behind them. ValueError for what the kernel would refuse."""
    ops: list[Op] = []
    labels: dict[str, int] = {}
    for line in lines:
        if isinstance(line, Op):
            ops.append(line)
        elif line in labels:
            raise ValueError(f"label {line} stands twice")
        else:
            labels[line] = len(ops)
    if len(ops) > MOST:
        raise ValueError(f"{len(ops)} instructions, the kernel takes {MOST}")
    return tuple(_encode(op, at, labels) for at, op in enumerate(ops))


def _encode(op: Op, at: int, labels: dict[str, int]) -> Instruction:
    if op.name == "ja":
        return OPCODES["ja"], 0, 0, _distance(op.yes, at, labels)
    if op.name not in _JUMPS:
        return OPCODES[op.name], 0, 0, op.k
    yes, no = _distance(op.yes, at, labels), _distance(op.no, at, labels)
    if max(yes, no) > 255:
        raise ValueError(f"{op} jumps further than 255 instructions")
    return OPCODES[op.name], yes, no, op.k


def _distance(label: str, at: int, labels: dict[str, int]) -> int:
    if not label:
        return 0
    if label not in labels:
        raise ValueError(f"label {label} is nowhere")
    if labels[label] <= at:
        raise ValueError(f"label {label} lies behind: the kernel takes no loops")
    return labels[label] - at - 1


def attach(packets: socket.socket, program: tuple[Instruction, ...]) -> None:
    """Hang it on a socket, in place of the one before. OSError where the kernel refuses it."""
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *one) for one in program))
    packets.setsockopt(_SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", len(program), ctypes.addressof(code)))


_SOL_SOCKET = 1
