"""Wire v1: what is encoded comes back, and what is not ours is refused with one word of reason."""

import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector import wire
from collector.wire import Ack, Frame, WireError

STREAM = "0123456789abcdef" * 2
LINES = ('agent n=1i,stream="x" 1700000000', "host cpu=1.0 1700000000")


@pytest.mark.parametrize("count", [1, 2, 40], ids=["alone", "two", "compressed bundle"])
def test_frames_come_back(count):
    frames = [Frame(STREAM, n + 1, LINES) for n in range(count)]
    payload = wire.encode(frames)
    assert (payload[0] == 0x78) == (count > 8)
    assert wire.decode(payload) == frames


def test_a_ping_has_no_lines():
    assert wire.decode(wire.encode([Frame(STREAM, 0, ())])) == [Frame(STREAM, 0, ())]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "empty"),
        (b"a" * (wire.MAX_PAYLOAD + 1), "size"),
        (zlib.compress(b"\0" * (wire.MAX_TEXT + 1)), "size"),
        (zlib.compress(b"abc")[:-1], "zlib"),
        (zlib.compress(b"abc") + b"x", "zlib"),
        (b"\x78zzz", "zlib"),
        (b"\xff\xfe", "encoding"),
        (f"# 1 {STREAM} 1\r\nhost cpu=1.0 1".encode(), "encoding"),
        (b"host cpu=1.0 1", "header"),
        (b"# 1 nonsense 1\nhost cpu=1.0 1", "header"),
        (f"# 1 {STREAM} 0\nhost cpu=1.0 1".encode(), "header"),
        (f"# 1 {STREAM} 7".encode(), "header"),
        (f"# 2 {STREAM} 1\nhost cpu=1.0 1".encode(), "version"),
        (b"# 2 a header of its own kind\nhost", "version"),
        (f"# 0 {STREAM} 1\nhost cpu=1.0 1".encode(), "version"),
        (f"# 12345 {STREAM} 1\nhost cpu=1.0 1".encode(), "header"),
        ((f"# 1 {STREAM} 1\n" + "\n".join(["x"] * (wire.MAX_LINES + 1))).encode(), "size"),
        (zlib.compress("\n".join([f"# 1 {STREAM} 0"] * (wire.MAX_FRAMES + 1)).encode()), "size"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_ours_is_refused_with_a_reason(payload, reason):
    with pytest.raises(WireError) as caught:
        wire.decode(payload)
    assert caught.value.reason == reason


@given(st.binary(max_size=400))
def test_no_payload_raises_anything_else(payload):
    try:
        frames = wire.decode(payload)
    except WireError:
        return
    assert frames


@given(st.sets(st.integers(0, 10_000), min_size=1, max_size=200))
def test_acks_come_back(numbers):
    ack = wire.decode_ack(wire.encode_ack(Ack(STREAM, tuple(numbers), 1_700_000_000_123)))
    assert (set(ack.numbers), ack.server_ms) == (numbers, 1_700_000_000_123)


def test_neighbours_are_one_range():
    assert wire.encode_ack(Ack(STREAM, (5, 3, 4, 9), 7)) == f"{STREAM} 3-5,9 7".encode()


@pytest.mark.parametrize("numbers", ["5-3", "1-999999", "x", "", ",", "1--2", "-1"])
def test_a_bad_ack_is_refused(numbers):
    with pytest.raises(WireError):
        wire.decode_ack(f"{STREAM} {numbers} 1".encode())


@pytest.mark.parametrize(
    "topic",
    [
        "quannet/v1/yb-0012/07/other",
        "quannet/v2/yb-0012/07/data",
        "quannet/v1/yb 12/07/data",
        "quannet/v1//07/data",
    ],
)
def test_a_strange_topic_is_refused(topic):
    with pytest.raises(WireError, match="topic"):
        wire.parse_topic(topic)


def test_a_topic_names_venue_pc_and_kind():
    assert wire.parse_topic(wire.topic("yb-0012", "07", "ack")) == ("yb-0012", "07", "ack")


@pytest.mark.parametrize("payload", [b"{", b"[]", b'{"state": "fine"}', b'{"state": "' + b"x" * 2000 + b'"}'])
def test_a_bad_status_is_refused(payload):
    with pytest.raises(WireError):
        wire.decode_status(payload)


def test_status_comes_back():
    assert wire.decode_status(wire.encode_status(wire.ONLINE, version="1")) == {
        "state": "online",
        "version": "1",
    }


OFFER = wire.Offer("4b8e375081f5", 18_082_472, "0" * 64, "https://lists.laocai.example/blocklist")
VALUES = json.loads(wire.encode_manifest({wire.BLOCKLIST: OFFER}))[wire.BLOCKLIST]


def test_a_manifest_comes_back():
    assert wire.decode_manifest(wire.encode_manifest({wire.BLOCKLIST: OFFER})) == {wire.BLOCKLIST: OFFER}
    assert wire.decode_manifest(b"{}") == {}


def test_what_a_newer_server_offers_is_passed_over():
    payload = json.dumps({"wallpaper": 7, "blocklist": {**VALUES, "more": 1}}).encode()
    assert wire.decode_manifest(payload) == {wire.BLOCKLIST: OFFER}


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff",
        b"[]",
        b'"blocklist"',
        b"[" * 10_000,
        b'{"blocklist": 7}',
        b'{"blocklist": {}}',
        b'{"blocklist": null}',
        b" " * (wire.MAX_MANIFEST + 1),
        *(
            json.dumps({"blocklist": {**VALUES, key: value}}).encode()
            for key, value in (
                ("size", 0),
                ("size", True),
                ("size", "7"),
                ("size", 1e9),
                ("sha256", "0" * 63),
                ("sha256", "G" * 64),
                ("sha256", None),
                ("url", "ftp://lists.laocai.example/x"),
                ("url", "https://a b"),
                ("url", "https://lists.laocai.example/\r\nX: y"),
                ("version", ""),
                ("version", "../x y"),
                ("version", 7),
            )
        ),
    ],
)
def test_a_bad_manifest_is_refused(payload):
    with pytest.raises(WireError):
        wire.decode_manifest(payload)


def refusal(payload: bytes) -> wire.Refusal:
    """What the sender of a bad payload reads."""
    with pytest.raises(WireError) as caught:
        wire.decode(payload)
    answer = wire.decode_answer(wire.encode_refusal(payload, caught.value))
    assert isinstance(answer, wire.Refusal)
    return answer


@pytest.mark.parametrize("pack", [bytes, zlib.compress], ids=["plain", "zlib"])
def test_a_newer_agent_is_told_which_version_the_server_speaks(pack):
    payload = pack(f"# 2 {STREAM} 7 of another kind\nhost cpu=1.0".encode())
    assert refusal(payload) == wire.Refusal(STREAM, "version", "wire 2; this server speaks 1")


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: f"# 1 {text}".encode()))
def test_a_refusal_is_short_and_readable_whatever_was_refused(payload):
    try:
        wire.decode(payload)
    except WireError as fault:
        answer = wire.encode_refusal(payload, fault)
        assert len(answer) <= wire.MAX_WORDS + 64
        assert isinstance(wire.decode_answer(answer), wire.Refusal)


def test_an_answer_is_an_ack_or_a_refusal():
    ack = Ack(STREAM, (3,), 7)
    assert wire.decode_answer(wire.encode_ack(ack)) == ack
    with pytest.raises(WireError, match="ack"):
        wire.decode_answer(b"?")
    for payload in (
        b"!",
        b"! - version",
        b"! x version no",
        b"! - version \xff",
        b"! - version " + b"x" * 201,
    ):
        with pytest.raises(WireError, match="refusal"):
            wire.decode_answer(payload)
