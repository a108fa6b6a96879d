"""DNS messages, with dnslib as the one that writes them."""

import struct

import dnslib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.agent.packets import dns

LABEL = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=20)
NAME = st.lists(LABEL, min_size=1, max_size=6).map(".".join)


def answered(name, *records, kind="A"):
    message = dnslib.DNSRecord.question(name, kind).reply()
    message.add_answer(
        *[
            dnslib.RR(owner, getattr(dnslib.QTYPE, rtype), rdata=data, ttl=60)
            for owner, rtype, data in records
        ]
    )
    return message


@given(
    NAME,
    st.lists(NAME, max_size=6),
    st.lists(st.ip_addresses(v=4), max_size=5),
    st.lists(st.ip_addresses(v=6), max_size=5),
)
def test_question_chain_and_addresses_are_read_in_order(name, chain, four, six):
    owners = [name, *chain]
    records = [(owner, "CNAME", dnslib.CNAME(target)) for owner, target in zip(owners, chain, strict=False)]
    records += [(owners[-1], "A", dnslib.A(str(a))) for a in four]
    records += [(owners[-1], "AAAA", dnslib.AAAA(tuple(a.packed))) for a in six]
    message = dns.parse(answered(name, *records).pack())
    assert message.response
    assert message.names == tuple(dict.fromkeys(owners))
    assert len(message.addresses) == len(four) + len(six)
    assert message.addresses[: len(four)] == tuple(map(str, four))


def test_case_is_folded_and_the_root_is_no_name(make):
    assert dns.parse(make.question(b"\3WwW\7ExAmPlE\2vn\0")).names == ("www.example.vn",)
    assert dns.parse(make.question(b"\0", kind=2)) is None


def test_only_the_answer_section_is_read():
    message = answered("a.example", ("a.example", "CNAME", dnslib.CNAME("b.example")))
    message.add_auth(dnslib.RR("x.example", dnslib.QTYPE.CNAME, rdata=dnslib.CNAME("auth.example")))
    message.add_ar(dnslib.RR("y.example", dnslib.QTYPE.CNAME, rdata=dnslib.CNAME("more.example")))
    assert dns.parse(message.pack()).names == ("a.example", "b.example")


def test_names_in_other_records_were_not_visited():
    message = answered(
        "a.example",
        ("a.example", "MX", dnslib.MX("mail.example")),
        ("a.example", "NS", dnslib.NS("ns.example")),
        ("a.example", "TXT", dnslib.TXT("text.example")),
        ("a.example", "A", dnslib.A("192.0.2.1")),
    )
    assert dns.parse(message.pack())[1:3] == (("a.example",), ("192.0.2.1",))


def test_an_answer_that_breaks_off_is_read_up_to_there():
    whole = answered(
        "a.example",
        ("a.example", "CNAME", dnslib.CNAME("b.example")),
        ("b.example", "A", dnslib.A("192.0.2.1")),
        ("b.example", "A", dnslib.A("192.0.2.2")),
    ).pack()
    assert dns.parse(whole[:-1]).addresses == ("192.0.2.1",)
    assert dns.parse(whole[:-40]).names == ("a.example",)
    assert dns.parse(whole[:26]) is None  # the question itself


@pytest.mark.parametrize("operation", [1, 4, 5])
def test_updates_and_notices_are_no_lookups(make, operation):
    message = bytearray(make.question(b"\1a\0"))
    message[2] |= operation << 3
    assert dns.parse(bytes(message)) is None


def test_questions_of_other_classes_are_no_sites():
    message = struct.pack(">HHHHHH", 1, 0, 1, 0, 0, 0) + b"\7version\4bind\0" + struct.pack(">HH", 16, 3)
    assert dns.parse(message) is None


@pytest.mark.parametrize(
    "name",
    [
        b"\xc0\x0c",  # itself
        b"\1a\xc0\x0c",  # the labels that it ends
        b"\1a\xc0\x0e",  # inside them
        b"\xc0\x20",  # forward
        b"\x40a\0",  # a kind of label that does not exist
        b"\x3f" + b"a" * 5,  # longer than the message
        (b"\x3f" + b"a" * 63) * 4 + b"\0",  # longer than a name
        b"\xc0",
    ],
)
def test_a_broken_name_is_none_and_takes_no_time(make, name):
    assert dns.parse(make.question(name)) is None


def test_the_longest_name_is_read():
    name = b"\x3f" + b"a" * 63 + b"\x3f" + b"b" * 63 + b"\x3f" + b"c" * 63 + b"\x3d" + b"d" * 61 + b"\0"
    assert len(dns.read_name(name, 0)[0]) == 253


def test_pointers_into_pointers_have_a_bound():
    chain = b"\1a\0" + b"\xc0\0" + b"".join(struct.pack(">H", 0xC003 + 2 * n) for n in range(200))
    deepest = 3 + 2 * (dns.MOST_POINTERS - 1)
    assert dns.read_name(chain, deepest) == ("a", deepest + 2)
    with pytest.raises(dns.BrokenError):
        dns.read_name(chain, deepest + 2)


def test_a_message_of_nothing_but_records_is_read_in_bounds():
    record = b"\xc0\x0c" + struct.pack(">HHIH", 5, 1, 0, 4) + b"\2%02d\0"
    body = b"".join(record.replace(b"%02d", b"%02d" % (n % 100)) for n in range(4000))
    message = struct.pack(">HHHHHH", 1, 0x8180, 1, 4000, 0, 0) + b"\1a\0" + struct.pack(">HH", 1, 1) + body
    assert len(dns.parse(message).names) == 1 + dns.MOST_RECORDS


OFFER = (
    bytes([42])
    + struct.pack(">HH", 32, 32)
    + bytes(32)
    + struct.pack(">H", 4)
    + bytes(4)
    + b"\0\x09front.com\0\0"
)


def config(body, version=0xFE0D):
    return struct.pack(">HH", version, len(body)) + body


def configs(*parts):
    joined = b"".join(parts)
    return struct.pack(">H", len(joined)) + joined


def test_an_offer_of_ech_gives_its_public_name_and_key_number():
    offer = configs(config(b"draft", 0xFE0A), config(OFFER))
    assert dns.fronts(offer) == [("front.com", 42)]
    service = (
        struct.pack(">H", 1)
        + b"\0"
        + struct.pack(">HH", 1, 3)
        + b"\2h2"
        + struct.pack(">HH", 5, len(offer))
        + offer
    )
    message = answered("a.example", kind="HTTPS").pack()
    message = (
        message[:6]
        + b"\0\1"
        + message[8:]
        + b"\xc0\x0c"
        + struct.pack(">HHIH", 65, 1, 60, len(service))
        + service
    )
    found = dns.parse(message)
    assert (found.names, found.ech, found.fronts) == (("a.example",), True, (("front.com", 42),))


@given(st.binary(max_size=200))
def test_no_bytes_of_an_offer_or_a_message_raise(data):
    dns.fronts(data)
    dns.fronts(configs(config(data)))
    dns.parse(data)
    dns.parse(struct.pack(">HHHHHH", 1, 0x8180, 1, 9, 0, 0) + data)
