"""IP packets down to the transport."""

import struct

import pytest

from collector.agent.packets import ip


def test_options_padding_and_addresses_of_version_4(make):
    packet = make.ip4(17, b"data", options=b"\x94\x04\x00\x00")
    assert ip.parse(packet + b"padding", 0) == (17, bytes([10, 0, 0, 2]), bytes([10, 0, 0, 1]), 24, 28)


def test_a_total_of_zero_is_a_card_that_cuts_later(make):
    packet = bytearray(make.ip4(6, bytes(100)))
    packet[2:4] = b"\0\0"
    assert ip.parse(bytes(packet), 0).end == 120


@pytest.mark.parametrize(("fragment", "protocol"), [(0x2000, 17), (0x2001, ip.FRAGMENT), (0x4000, 17)])
def test_the_first_fragment_is_read_and_later_ones_are_not(make, fragment, protocol):
    assert ip.parse(make.ip4(17, b"data", fragment=fragment), 0).protocol == protocol


@pytest.mark.parametrize(
    "broken", [b"\x44" + bytes(30), b"\x4f" + bytes(30), b"\x50" + bytes(30), b"\x60" + bytes(30)]
)
def test_what_is_no_header_is_no_packet(broken):
    assert ip.parse(broken, 0) is None


def extended(*headers):
    """A chain of extension headers, each given by its kind and its bytes without the next kind."""
    kinds = [kind for kind, _ in headers] + [17]
    return kinds[0], b"".join(
        bytes([following]) + rest for (_, rest), following in zip(headers, kinds[1:], strict=True)
    )


def test_extension_headers_are_walked(make):
    kind, chain = extended(
        (0, bytes([0]) + bytes(6)),
        (43, bytes([1]) + bytes(14)),
        (51, bytes([1]) + bytes(10)),
        (60, bytes([0]) + bytes(6)),
    )
    packet = ip.parse(make.ip6(kind, chain + b"data"), 0)
    assert (packet.protocol, packet.end - packet.start) == (17, 4)


@pytest.mark.parametrize(("offset", "protocol"), [(0, 17), (8, ip.FRAGMENT), (0x100, ip.FRAGMENT)])
def test_fragments_of_version_6(make, offset, protocol):
    kind, chain = extended((44, b"\0" + struct.pack(">HI", offset | 1, 9)))
    assert ip.parse(make.ip6(kind, chain + b"data"), 0).protocol == protocol


def test_a_chain_has_an_end(make):
    kind, chain = extended(*[(60, bytes([0]) + bytes(6))] * 9)
    assert ip.parse(make.ip6(kind, chain), 0).protocol == 60
    kind, chain = extended((60, bytes([9]) + bytes(6)))
    assert ip.parse(make.ip6(kind, chain), 0) is None


def test_addresses_read_as_the_system_writes_them():
    assert ip.text(bytes([10, 0, 0, 2])) == "10.0.0.2"
    assert ip.text(bytes(15) + b"\1") == "::1"
