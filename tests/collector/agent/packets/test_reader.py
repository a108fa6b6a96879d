"""The reader as a whole: streams, bounds, and what is said of what was given up."""

import struct

import pytest

from collector.agent.observation import Contact, Lookup
from collector.agent.packets import stream, table
from collector.agent.packets.link import Link
from collector.agent.packets.reader import Reader

CLIENT = ("10.0.0.2", 40000)


def framed(*messages):
    return b"".join(len(message).to_bytes(2, "big") + message for message in messages)


@pytest.fixture
def greeting(make):
    """Its name comes last, so that all of it is needed."""
    return make.records(make.hello(make.extension(51, bytes(1200)), make.server_name(b"example.vn")))


@pytest.fixture
def doubtful(make):
    """Its name comes first, but could be a front, so that all of it is wanted."""
    return make.records(make.hello(make.server_name(b"cloudflare-ech.com"), make.extension(51, bytes(1200))))


def test_a_question_and_its_answer_are_two_lookups_of_one_client(make, reader):
    asked = make.question(b"\7Example\2vn\0")
    answer = bytearray(asked)
    answer[2] |= 0x80
    up = make.ethernet(make.ip4(17, make.udp(asked)), tags=(0x8100,))
    down = make.ethernet(make.ip4(17, make.udp(bytes(answer), 53, 40000), "10.0.0.1", "10.0.0.2"))
    assert reader.feed(up, 1.0) == reader.feed(down, 1.0) == [Lookup(("example.vn",), (), CLIENT, 1.0)]
    assert reader.counters.lookups == 2


def test_version_6_and_bare_packets_are_read(make, reader):
    packet = make.ip6(17, make.udp(make.question(b"\1a\2vn\0")))
    assert reader.feed(packet, 1.0, Link.RAW) == [Lookup(("a.vn",), (), ("fd00::2", 40000), 1.0)]


def test_only_port_53_is_dns(make, reader):
    for port in (5353, 5355, 54):
        frame = make.ethernet(make.ip4(17, make.udp(make.question(b"\1a\2vn\0"), port, port)))
        assert reader.feed(frame, 0.0) == []
    assert reader.counters.ignored == 3


def test_the_bytes_behind_an_udp_length_are_padding(make, reader):
    packet = make.udp(make.question(b"\1a\2vn\0"))
    short = packet[:4] + struct.pack(">H", 20) + packet[6:]
    assert reader.feed(make.ethernet(make.ip4(17, short)), 0.0) == []
    assert reader.counters.malformed == 1


def test_a_hello_in_two_segments_is_one_contact(talk, greeting):
    seen = talk((0, greeting[:700]), (700, greeting[700:]), (0, greeting[:700]), at=3.0)
    assert seen == [Contact("example.vn", "10.0.0.1", 443, CLIENT, False, "tls", 3.0)]


@pytest.mark.parametrize("size", [1, 300, 536])
@pytest.mark.parametrize("backwards", [False, True])
def test_segments_come_in_any_order(talk, greeting, size, backwards):
    pieces = [(at, greeting[at : at + size]) for at in range(0, len(greeting), size)]
    if backwards and size == 1:
        pieces = pieces[:40][::-1] + pieces[40:]  # more single bytes are not waited for
    elif backwards:
        pieces.reverse()
    assert [contact.name for contact in talk(*pieces)] == ["example.vn"]


def test_sequence_numbers_run_over_inside_a_hello(talk, greeting):
    assert talk((0, greeting[:700]), (700, greeting[700:]), first=0xFFFFFF00)


def test_a_hello_whose_syn_was_not_seen_is_taken_up(talk, greeting, reader):
    assert talk((0, greeting[:700]), (700, greeting[700:]), syn=False)
    assert talk((0, b"\x17\x03\x03" + bytes(50)), syn=False, source=40001) == []
    assert reader.counters.ignored == 1


def test_a_second_hello_of_a_connection_is_no_other_visit(talk, greeting):
    again = b"\x14\x03\x03\x00\x01\x01" + greeting
    assert len(talk((0, greeting), (len(greeting), again))) == 1


def test_a_port_used_again_is_another_connection(talk, greeting):
    assert len(talk((0, greeting)) + talk((0, greeting), first=90000)) == 2


def test_a_syn_sent_again_changes_nothing(talk, greeting):
    assert talk((0, greeting[:700])) == []
    assert len(talk((700, greeting[700:]))) == 1


def test_data_in_the_syn_count(make, reader, greeting):
    frame = make.ethernet(make.ip4(6, make.tcp(greeting, 999, flags=2)))
    assert len(reader.feed(frame, 0.0)) == 1


def test_a_name_that_is_there_does_not_wait_for_the_rest(make, talk):
    data = make.records(make.hello(make.server_name(b"example.vn"), make.extension(51, bytes(1200))))
    assert [contact.name for contact in talk((0, data[:700]))] == ["example.vn"]
    assert talk((700, data[700:])) == []


def test_a_name_that_may_be_a_front_waits_for_what_tells(make, talk):
    data = make.records(
        make.hello(
            make.server_name(b"cloudflare-ech.com"), make.extension(51, bytes(1200)), make.outer_ech(1)
        )
    )
    assert talk((0, data[:700])) == []
    assert [contact.ech for contact in talk((700, data[700:]))] == [True]


def test_a_hole_is_given_up_and_the_name_before_it_kept(talk, doubtful, reader):
    assert talk((0, doubtful[:300])) == []
    (contact,) = talk((300 + stream.LIMIT, b"x"))
    assert contact.name == "cloudflare-ech.com"
    assert reader.counters.tcp_gap == 1
    assert reader.tcp.size == 0


def test_a_hello_larger_than_what_is_held_gives_what_it_has(make, talk):
    message = make.hello(make.server_name(b"cloudflare-ech.com"), make.extension(51, bytes(20000)))
    data = make.records(message)
    pieces = [(at, data[at : at + 1400]) for at in range(0, len(data), 1400)]
    assert [contact.name for contact in talk(*pieces)] == ["cloudflare-ech.com"]


def test_a_hello_that_stays_half_is_read_when_it_is_old(talk, doubtful, reader):
    talk((0, doubtful[:300]), at=5.0)
    (contact,) = talk(source=40001, at=5.0 + table.AGE + 1)
    assert (contact.name, contact.at) == ("cloudflare-ech.com", 5.0)
    assert reader.counters.unfinished == 1


def test_what_is_no_tls_and_what_has_no_name_is_counted(make, talk, reader):
    talk((0, b"GET / HTTP/1.1\r\n\r\n"))
    talk((0, make.records(make.hello())), source=40001)
    assert (reader.counters.not_tls, reader.counters.nameless, reader.counters.contacts) == (1, 1, 0)


def test_an_offer_of_ech_in_dns_makes_the_next_hello_a_screen(make, talk, reader):
    key = (
        bytes([42])
        + struct.pack(">HH", 32, 1)
        + b"k"
        + struct.pack(">H", 4)
        + bytes(4)
        + b"\0\x08front.vn\0\0"
    )
    offer = struct.pack(">HHH", 4 + len(key), 0xFE0D, len(key)) + key
    service = b"\0\1\0" + struct.pack(">HH", 5, len(offer)) + offer
    answer = struct.pack(">HHHHHH", 1, 0x8180, 1, 1, 0, 0) + b"\6hidden\2vn\0" + struct.pack(">HH", 65, 1)
    answer += b"\xc0\x0c" + struct.pack(">HHIH", 65, 1, 60, len(service)) + service
    hello = make.records(make.hello(make.server_name(b"front.vn"), make.outer_ech(42)))
    assert [contact.ech for contact in talk((0, hello))] == [False]
    down = make.ip4(17, make.udp(answer, 53, 40000), "10.0.0.1", "10.0.0.2")
    (lookup,) = reader.feed(make.ethernet(down), 0.0)
    assert (lookup.names, lookup.ech) == (("hidden.vn",), True)
    assert [contact.ech for contact in talk((0, hello), source=40001)] == [True]


@pytest.mark.parametrize("size", [1, 7, 100, 60000])
def test_dns_over_tcp_gives_every_message_of_a_stream(make, talk, size):
    data = framed(*[make.question(b"\4%04d\2vn\0" % n) for n in range(600)])
    pieces = [(at, data[at : at + size]) for at in range(0, len(data), size)]
    assert [seen.names[0] for seen in talk(*pieces, target=53)] == [f"{n:04d}.vn" for n in range(600)]


def test_a_message_larger_than_what_is_held_is_read_as_far_and_the_next_one_too(make, talk):
    large = make.question(b"\5large\2vn\0") + bytes(30000)
    data = framed(large, make.question(b"\4next\2vn\0"))
    pieces = [(at, data[at : at + 1400]) for at in range(0, len(data), 1400)]
    assert [seen.names[0] for seen in talk(*pieces, target=53)] == ["large.vn", "next.vn"]


def test_a_dns_stream_is_never_read_from_its_middle(make, talk, reader):
    data = framed(*[make.question(b"\1%d\2vn\0" % n) for n in range(9)])
    assert talk((0, data), target=53, syn=False) == []
    assert talk((5000 + stream.LIMIT, data), (0, data), target=53, source=40001) == []
    assert talk((0, b"\0\5hello"), (7, data), target=53, source=40002) == []
    assert (reader.counters.tcp_midstream, reader.counters.tcp_gap, reader.counters.malformed) == (1, 1, 1)


def test_streams_are_bounded_in_number_and_bytes(make, reader, greeting):
    for number in range(3 * table.MOST):
        opening = make.tcp(greeting[: 20 + number % 1000], number, source=number)
        reader.feed(make.ethernet(make.ip4(6, opening)), number / 1000)
        reader.feed(make.ethernet(make.ip4(6, make.tcp(bytes(1400), number + 3000, source=number))), 0.0)
        assert len(reader.tcp) <= table.MOST
        assert reader.tcp.size <= table.BYTES
    assert reader.counters.unfinished > 0


def test_later_fragments_other_protocols_and_acknowledgements_are_counted(make, reader):
    reader.feed(make.ethernet(make.ip4(17, bytes(40), fragment=5)), 0.0)
    reader.feed(make.ethernet(make.ip4(1, bytes(40))), 0.0)
    reader.feed(make.ethernet(make.ip4(6, make.tcp(b"", 5))), 0.0)
    reader.feed(make.ethernet(make.ip4(6, b"short")), 0.0)
    counted = reader.counters.as_dict()
    assert {name for name, count in counted.items() if count} == {
        "frames",
        "fragments",
        "ignored",
        "malformed",
    }
    assert counted["frames"] == 4


def test_a_first_fragment_tells_its_names(make, reader):
    packet = make.udp(make.question(b"\1a\2vn\0") + bytes(2000))[:1000]
    (lookup,) = reader.feed(make.ethernet(make.ip4(17, packet, fragment=0x2000)), 0.0)
    assert lookup.names == ("a.vn",)


def test_readers_do_not_share_what_they_know(talk, greeting, make):
    talk((0, greeting[:700]))
    other = Reader()
    rest = make.ethernet(make.ip4(6, make.tcp(greeting[700:], 1700)))
    assert other.feed(rest, 0.0) == []
    assert len(other.tcp) == 0
