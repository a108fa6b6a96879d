"""Segments, and where in a stream they belong."""

import pytest

from collector.agent.packets import tcp


def test_data_begin_behind_the_options(make):
    segment = tcp.parse(make.tcp(b"data", 7, source=1, target=2, flags=0x12, options=bytes(12)), 0, 36)
    assert segment == (1, 2, 7, 0x12, 32)


@pytest.mark.parametrize(
    "broken", [bytes(19), bytes(12) + b"\x40" + bytes(20), bytes(12) + b"\xf0" + bytes(20)]
)
def test_a_header_that_does_not_fit_is_none(broken):
    assert tcp.parse(broken, 0, len(broken)) is None


@pytest.mark.parametrize(
    ("first", "base", "sequence", "offset"),
    [
        (100, 0, 100, 0),
        (100, 0, 90, -10),
        (0xFFFFFFF0, 0, 4, 20),
        (0xFFFFFFF0, 40, 4, 20),
        (5, 0x1_0000_0000, 15, 0x1_0000_000A),
    ],
)
def test_numbers_run_over(first, base, sequence, offset):
    assert tcp.TcpFlow(b"", 0.0, first).offset(sequence, base) == offset
