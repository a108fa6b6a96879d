"""What is derived from a picture: whose name, how near, how long remembered."""

import pytest

from collector.agent.blindness.evidence import is_loopback, is_near
from tests.collector.agent.blindness.pc import asked, hello, pc


@pytest.mark.parametrize(
    ("address", "near", "own"),
    [
        ("127.0.0.53", True, True),
        ("::1", True, True),
        ("192.168.1.1", True, False),
        ("10.0.0.1", True, False),
        ("172.31.255.255", True, False),
        ("172.32.0.1", False, False),
        ("fe80::1", True, False),
        ("8.8.8.8", False, False),
        ("2001:4860:4860::8888", False, False),
        ("203.0.113.1", False, False),
        ("no address", False, False),
        ("", False, False),
    ],
)
def test_how_near_an_address_is(address, near, own):
    assert (is_near(address), is_loopback(address)) == (near, own)


def test_an_address_has_the_names_of_answers_and_of_tls():
    told = pc(
        lookups=[asked("a.example", "198.51.100.1"), asked("b.example", "198.51.100.1", "198.51.100.2")],
        contacts=[hello("c.example", "198.51.100.2"), hello("", "198.51.100.3")],
    )
    assert told.answered == {"198.51.100.1": {"a.example", "b.example"}, "198.51.100.2": {"b.example"}}
    assert told.named["198.51.100.2"] == {"b.example", "c.example"}
    assert "198.51.100.3" not in told.named
    assert told.asked == {"a.example", "b.example"}


@pytest.mark.parametrize(
    ("servers", "stub"), [((), False), (("127.0.0.53",), True), (("127.0.0.1", "8.8.8.8"), False)]
)
def test_a_stub_is_a_resolver_of_the_pcs_own_and_no_other(servers, stub):
    assert pc(servers=servers).stub is stub
