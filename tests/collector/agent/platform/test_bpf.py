"""The assembler says what the kernel would refuse, and the kernel takes what it makes."""

import socket

import pytest

from collector.agent.platform.bpf import MOST, Op, assemble, attach


def test_jumps_lead_to_their_labels() -> None:
    program = assemble(
        [
            Op("ldb", 0),
            Op("jeq", 4, "four", "no"),
            "four",
            Op("ret", 9),
            "no",
            Op("ja", yes="end"),
            "end",
            Op("ret"),
        ]
    )
    assert program == ((0x30, 0, 0, 0), (0x15, 0, 1, 4), (0x06, 0, 0, 9), (0x05, 0, 0, 0), (0x06, 0, 0, 0))


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ([Op("jeq", 1, "nowhere"), Op("ret")], "label nowhere is nowhere"),
        (["a", Op("ret"), "a", Op("ret")], "label a stands twice"),
        (["a", Op("len"), Op("jeq", 1, "a"), Op("ret")], "lies behind"),
        ([Op("jeq", 1, "far"), *[Op("len")] * 256, "far", Op("ret")], "further than 255"),
        ([Op("ret")] * (MOST + 1), "the kernel takes 4096"),
    ],
)
def test_what_the_kernel_would_refuse_is_said(lines: list[Op | str], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        assemble(lines)


def test_the_kernel_filters_by_it() -> None:
    """A real socket: packets of one byte pass, others do not."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as inbox,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        inbox.bind(("127.0.0.1", 0))
        inbox.setblocking(False)
        attach(
            inbox, assemble([Op("len"), Op("jeq", 8 + 1, "", "no"), Op("ret", 0xFFFF), "no", Op("ret", 0)])
        )
        for data in (b"ab", b"c", b"def"):
            sender.sendto(data, inbox.getsockname())
        assert inbox.recv(10) == b"c"
        with pytest.raises(BlockingIOError):
            inbox.recv(10)


def test_a_program_that_the_kernel_refuses_is_an_error() -> None:
    """It ends without a verdict."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as inbox, pytest.raises(OSError, match="Invalid"):
        attach(inbox, assemble([Op("len")]))
