"""The header of a compiled list comes back as it was written, or is refused."""

import json
import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.agent.blocklist.layout import (
    FORM,
    MAGIC,
    MAX_HEADER,
    PRELUDE,
    DamagedError,
    Group,
    Header,
    decode_header,
    encode_header,
    header_size,
)

GROUP = Group("gambling-vn", "gambling", "hint", "7", "MIT")
HEADER = Header("1", b"k" * 16, 4, (2, 5), (GROUP,), (100,), (101,), 3, "0" * 64)


def decode(content: bytes) -> Header:
    return decode_header(content[: PRELUDE.size], content[PRELUDE.size :][: header_size(content)])


def sealed(values: object) -> bytes:
    text = json.dumps(values).encode()
    return PRELUDE.pack(MAGIC, FORM, len(text), zlib.crc32(text)) + text


def test_a_header_comes_back_and_leaves_the_body_aligned():
    assert decode(encode_header(HEADER)) == HEADER
    assert len(encode_header(HEADER)) % 8 == 0
    assert HEADER.entries == 103


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "shorter"),
        (b"0.0.0.0 danh-bac.example\n" * 9, "no compiled list"),
        (PRELUDE.pack(MAGIC, FORM + 1, 10, 0), "form 2"),
        (PRELUDE.pack(MAGIC, FORM, MAX_HEADER + 1, 0), "too long"),
    ],
)
def test_another_file_is_refused_by_its_first_bytes(content, said):
    with pytest.raises(DamagedError, match=said):
        header_size(content)


@given(st.integers(0), st.integers(1, 255))
def test_no_changed_byte_of_the_header_is_taken(at, change):
    content = bytearray(encode_header(HEADER))
    content[PRELUDE.size + at % (len(content) - PRELUDE.size)] ^= change
    with pytest.raises(DamagedError):
        decode(bytes(content))


VALUES = json.loads(encode_header(HEADER)[PRELUDE.size :])


@pytest.mark.parametrize(
    "values",
    [
        [],
        {},
        {**VALUES, "bits": 40},
        {**VALUES, "bits": -1},
        {**VALUES, "key": ""},
        {**VALUES, "key": "xyz"},
        {**VALUES, "domains": [1, 2]},
        {**VALUES, "domains": [-1]},
        {**VALUES, "exceptions": -1},
        {**VALUES, "labels": [1]},
        {**VALUES, "groups": [{"source": "x"}]},
        {**VALUES, "groups": [{**VALUES["groups"][0], "grade": "rumour"}]},
        {**VALUES, "groups": VALUES["groups"] * 256, "domains": [1] * 256, "read": [1] * 256},
    ],
)
def test_a_header_that_makes_no_sense_is_refused(values):
    with pytest.raises(DamagedError):
        decode(sealed(values))


def test_a_newer_servers_keys_are_passed_over():
    assert decode(sealed({**VALUES, "more": 1})) == HEADER
    assert replace(HEADER) == HEADER
