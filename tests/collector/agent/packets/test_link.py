"""Frames down to the IP packet."""

import pytest

from collector.agent.packets.link import Link, network

IP = b"\x45" + bytes(30)


@pytest.mark.parametrize(
    ("frame", "link", "offset"),
    [
        (bytes(12) + b"\x08\x00" + IP, Link.ETHERNET, 14),
        (bytes(12) + b"\x81\x00\x00\x05\x08\x00" + IP, Link.ETHERNET, 18),
        (bytes(12) + b"\x88\xa8\x00\x05\x81\x00\x00\x06\x86\xdd" + IP, Link.ETHERNET, 22),
        (bytes(12) + b"\x81\x00\x00\x05" * 5 + b"\x08\x00" + IP, Link.ETHERNET, -1),
        (bytes(12) + b"\x08\x06" + IP, Link.ETHERNET, -1),
        (bytes(13), Link.ETHERNET, -1),
        (IP, Link.RAW, 0),
        (b"\x60" + IP, Link.RAW, 0),
        (b"\x00" + IP, Link.RAW, -1),
        (b"", Link.RAW, -1),
        (bytes(14) + b"\x08\x00" + IP, Link.COOKED, 16),
        (b"\x08\x00" + bytes(18) + IP, Link.COOKED2, 20),
        (b"\x08\x06" + bytes(18) + IP, Link.COOKED2, -1),
        (b"\x08\x00", Link.COOKED2, -1),
    ],
)
def test_the_packet_begins_behind_header_and_tags(frame, link, offset):
    assert network(frame, link) == offset
