"""ClientHellos, whole and in parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.agent.packets import tls


def test_the_name_is_found_among_other_extensions(make):
    message = make.hello(
        make.extension(23, b""), make.server_name(b"Www.Example.VN"), make.extension(43, b"\2\3\4")
    )
    assert tls.stream(make.records(message)) == tls.Hello("www.example.vn")


@pytest.mark.parametrize("size", [1, 3, 4, 5, 40, 16384])
def test_a_hello_may_lie_in_any_number_of_records_and_is_asked_for_in_few_steps(make, size):
    data = make.records(make.hello(make.server_name(b"example.vn")), size)
    have, steps = 0, 0
    while isinstance(found := tls.stream(data[:have]), tls.Wanted):
        assert have < found.size <= len(data)
        have, steps = found.size, steps + 1
    assert found == tls.Hello("example.vn")
    assert steps <= 50  # in single bytes it is 900 bytes long


def test_what_follows_the_hello_is_not_read(make):
    data = make.records(make.hello(make.server_name(b"example.vn")))
    assert tls.stream(data + b"\x14\x03\x03\x00\x01\x01garbage") == tls.Hello("example.vn")


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n",
        b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10",  # SSL 2
        b"\x80\x4c\x01\x03\x01\x00\x33\x00\x00\x00\x10",  # version 3 in the clothes of SSL 2: no extensions
        b"\x17\x03\x03\x00\x20",
        b"\x16\x03\x01\x00\x05\x02",
        b"\x16\x02",
        b"\x16\x03\x01\xff\xff\x01",
        b"\x16\x03\x01\x00\x00\x01",
        b"\x16\x03\x01\x00\x04\x01\x00\x00\x02\x14\x03\x01\x00\x01\x01",  # another kind of record in between
        b"\x16\x03\x01\x00\x04\x01\xff\xff\xff",
    ],
)
def test_what_is_no_hello_is_known_at_once(data):
    assert tls.stream(data) is None


@pytest.mark.parametrize(
    "name", [b"192.0.2.1", b"2001:db8::1", b"server4:443", b"", b"a b.vn", "bóng-đá.vn".encode()]
)
def test_what_is_no_host_name_is_no_name(make, name):
    assert tls.stream(make.records(make.hello(make.server_name(name)))) == tls.Hello(None)


def test_another_kind_of_name_is_passed_over(make):
    other = make.server_name(b"other.vn", kind=1)
    assert tls.handshake(make.hello(other)) == tls.Hello(None)
    assert tls.handshake(make.hello(make.server_name(b"one.vn", b"two.vn"))) == tls.Hello("one.vn")


def test_an_outer_ech_gives_its_key_number_and_an_inner_one_nothing(make):
    name = make.server_name(b"front.vn")
    assert tls.handshake(make.hello(name, make.outer_ech(42))) == tls.Hello("front.vn", 42)
    assert tls.handshake(make.hello(make.outer_ech(7), name)) == tls.Hello("front.vn", 7)
    assert tls.handshake(make.hello(name, make.outer_ech(42, kind=1))) == tls.Hello("front.vn")


def test_part_of_a_hello_gives_its_name_when_nothing_more_will_come(make):
    data = make.records(make.hello(make.server_name(b"example.vn"), make.extension(51, bytes(1200))))
    assert tls.stream(data[:300], partial=True) == tls.Hello("example.vn")
    assert tls.stream(data[:60], partial=True) == tls.Hello(None)
    assert tls.stream(data[:7], partial=True) is None
    name = make.records(make.hello(make.extension(51, bytes(200)), make.server_name(b"example.vn")))
    assert tls.stream(name[:-4], partial=True) == tls.Hello(None)  # not half a name


@given(st.binary(max_size=300), st.booleans())
def test_no_bytes_raise(data, partial):
    tls.stream(data, partial=partial)
    tls.stream(b"\x16\x03\x01\x01\x20\x01\x00\x01\x00" + data, partial=partial)
    tls.handshake(b"\x01" + len(data).to_bytes(3, "big") + data, partial=partial)
