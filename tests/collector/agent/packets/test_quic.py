"""The client's first QUIC packets, sealed here as the standards say."""

import struct

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from collector.agent.packets import cipher, quic
from collector.agent.packets.reader import Reader

FIRST, SERVERS = bytes(range(8)), b"server"
KIND = {cipher.VERSION1: 0, cipher.VERSION2: 1}


def length(value):
    return struct.pack(">H", 0x4000 | value)


def crypto(offset, data):
    return b"\x06" + length(offset) + length(len(data)) + data


def initial(frames, *, destination=FIRST, keys=FIRST, number=0, version=cipher.VERSION1, token=b"", pad=True):
    key, nonce, header_key = cipher.client_keys(version, keys)
    clear = frames.ljust(1100, b"\0") if pad else frames
    head = (
        bytes([0xC1 | KIND[version] << 4])
        + version.to_bytes(4, "big")
        + bytes([len(destination)])
        + destination
        + b"\4mine"
        + bytes([len(token)])
        + token
        + length(2 + len(clear) + 16)
    )
    plain = head + struct.pack(">H", number)
    mixed = (int.from_bytes(nonce, "big") ^ number).to_bytes(12, "big")
    packet = bytearray(plain + AESGCM(key).encrypt(mixed, clear, plain))
    at = len(head)
    mask = Cipher(algorithms.AES(header_key), modes.ECB()).encryptor().update(bytes(packet[at + 4 : at + 20]))
    packet[0] ^= mask[0] & 0x0F
    packet[at] ^= mask[1]
    packet[at + 1] ^= mask[2]
    return bytes(packet)


def other(kind, size=30, version=cipher.VERSION1):
    """A packet of another kind with a long header: 0-RTT, Handshake."""
    return (
        bytes([0xC0 | kind << 4])
        + version.to_bytes(4, "big")
        + b"\x08"
        + FIRST
        + b"\4mine"
        + length(size)
        + bytes(size)
    )


@pytest.fixture
def send(make, reader):
    def feed(*datagrams, at=0.0, source=50000):
        frames = [
            make.ethernet(make.ip4(17, make.udp(data, source=source, target=443))) for data in datagrams
        ]
        return [seen for frame in frames for seen in reader.feed(frame, at)]

    return feed


@pytest.fixture
def hello(make):
    return make.hello(make.extension(51, bytes(1200)), make.server_name(b"example.vn"))


@pytest.mark.parametrize("version", KIND)
def test_a_hello_in_one_packet_is_a_contact(make, send, version):
    (contact,) = send(
        initial(crypto(0, make.hello(make.server_name(b"Example.VN"))), version=version), at=7.0
    )
    assert (contact.name, contact.address, contact.port) == ("example.vn", "10.0.0.1", 443)
    assert (contact.client, contact.transport, contact.at) == (("10.0.0.2", 50000), "quic", 7.0)


def test_pieces_come_in_any_order_in_any_packets_among_other_frames(send, hello):
    ack = b"\x02\x05\x00\x01\x02\x00\x01" + b"\x03\x05\x00\x00\x02\x01\x01\x01"
    last = initial(b"\x01" + crypto(900, hello[900:]) + ack, number=0)
    middle = initial(ack + crypto(500, hello[500:700]) + bytes(9) + crypto(300, hello[300:500]), number=1)
    assert send(last, middle, initial(crypto(0, hello[:300]), number=2)) == []
    assert [c.name for c in send(initial(crypto(650, hello[650:920]), number=3))] == ["example.vn"]


def test_packets_share_a_datagram_with_others(send, hello):
    one, two = (
        initial(crypto(0, hello[:600]), pad=False),
        initial(crypto(600, hello[600:]), number=1, pad=False),
    )
    assert [c.name for c in send(other(1) + one + other(2) + two + b"\x40rest")] == ["example.vn"]


def test_later_packets_name_the_servers_choice_but_keep_the_first_key(send, hello):
    assert send(initial(crypto(0, hello[:600]))) == []
    assert [c.name for c in send(initial(crypto(600, hello[600:]), destination=SERVERS, number=1))] == [
        "example.vn"
    ]


def test_after_a_retry_the_hello_comes_anew_under_a_new_key(send, hello):
    assert send(initial(crypto(0, hello[:600]))) == []
    again = initial(crypto(0, hello[:700]), destination=SERVERS, keys=SERVERS, token=b"token")
    more = initial(crypto(700, hello[700:]), destination=SERVERS, keys=SERVERS, token=b"token", number=1)
    assert [c.name for c in send(again, more)] == ["example.vn"]


def test_a_connection_is_one_contact_however_often_its_hello_is_sent(send, hello, reader):
    packets = [initial(crypto(0, hello), pad=False)] * 3
    assert len(send(*packets)) == 1
    assert reader.counters.ignored == 2


def test_a_version_not_known_is_counted(send, reader, hello):
    packet = bytearray(initial(crypto(0, hello), pad=False).ljust(1200, b"\0"))
    packet[1:5] = b"\xff\0\0\x1d"
    assert send(bytes(packet)) == []
    assert reader.counters.quic_unsupported == 1


def test_without_the_extra_it_is_counted(make, hello):
    reader = Reader(unlock=None)
    frame = make.ethernet(make.ip4(17, make.udp(initial(crypto(0, hello), pad=False), target=443)))
    assert reader.feed(frame, 0.0) == []
    assert (reader.counters.quic_unsupported, len(reader.quic)) == (1, 0)


def test_packets_that_do_not_open_are_tried_only_so_often(send, reader, hello):
    wrong = [
        initial(crypto(0, hello), keys=b"others", pad=False, number=n) for n in range(quic.MOST_TRIES + 5)
    ]
    send(*wrong)
    assert reader.counters.quic_locked == quic.MOST_TRIES
    assert send(initial(crypto(0, hello), pad=False), source=50001)


def test_a_good_packet_among_bad_ones_is_read(send, reader, hello):
    bad = initial(crypto(0, hello), keys=b"others", pad=False)
    assert [c.name for c in send(bad, initial(crypto(0, hello), pad=False))] == ["example.vn"]


def test_retries_version_negotiation_and_short_headers_are_passed_over(send, reader):
    retry = other(3)
    negotiation = b"\x80" + bytes(4) + b"\x08" + FIRST + b"\4mine" + b"\0\0\0\1"
    assert send(retry, negotiation, b"\x40" + bytes(60), b"") == []
    assert reader.counters.quic_locked == reader.counters.malformed == 0


@given(st.binary(max_size=200), st.binary(max_size=60))
def test_no_bytes_in_a_datagram_or_a_sealed_packet_raise_out_of_the_reader(data, inner):
    reader = Reader()
    head = b"\xc0\0\0\0\1"
    for payload in (
        data,
        head + data,
        initial(b"\1\1\1\1" + inner, pad=False),
        initial(b"\x06\1\1\1" + inner, pad=False),
    ):
        packet = struct.pack(">HHHH", 50000, 443, 8 + len(payload), 0) + payload
        frame = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(packet), 0, 0, 64, 17, 0) + bytes(8) + packet
        reader.feed(bytes(12) + b"\x08\x00" + frame, 0.0)
    assert reader.counters.frames == 4
