"""How names are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.agent.packets import names


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"Example", "example"),
        (b"xn--bng--2qa", "xn--bng--2qa"),
        (b"_dmarc", "_dmarc"),
        (b"a.b", r"a\046b"),
        (b"a\\b", r"a\092b"),
        (b"a b\0", r"a\032b\000"),
        ("đá".encode(), r"\196\145\195\161"),
        (b"=+/", "=+/"),
    ],
)
def test_a_label_is_lower_case_and_odd_bytes_are_numbers(raw, text):
    assert names.label(raw) == text


@given(st.binary(max_size=63), st.binary(max_size=63))
def test_no_two_labels_that_differ_are_written_alike(one, other):
    assert (names.label(one) == names.label(other)) == (one.lower() == other.lower())


@given(st.binary(max_size=63))
def test_no_label_can_pass_for_two(raw):
    assert "." not in names.label(raw)


@pytest.mark.parametrize(
    "raw", [b"example.com", b"EXAMPLE.com.", b"a_b.example.com", b"localhost", b"x" * 63 + b".vn"]
)
def test_a_host_name_is_kept(raw):
    assert names.host(raw) == raw.decode().lower().removesuffix(".")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b".",
        b"10.0.0.1",
        b"::1",
        b"[::1]",
        b"server4:443",
        b"a..b",
        b".a",
        "bóng-đá.vn".encode(),
        b"a b",
        b"a\0b",
        b"x" * 64,
        b"a." * 127 + b"a",
        b"a/b",
        b"1",
    ],
)
def test_an_address_and_what_is_no_host_name_is_not(raw):
    assert names.host(raw) is None
