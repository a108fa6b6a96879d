"""Dead letters as a person sees them: nothing that a payload holds reaches a terminal as it is."""

import zlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector import wire
from collector.ingest import letters
from collector.ingest.deadletter import Letter
from collector.ingest.replay import Outcome

AT = datetime(2026, 3, 2, 15, 0, 10, tzinfo=UTC)
TOPIC = wire.topic("yb-0012", "07", "data")


def show(
    payload: bytes = b"host cpu=x", *, detail: str = "no line", topic: str = TOPIC, outcome=None
) -> list[str]:
    letter = Letter(AT, "line", detail, topic, payload)
    return letters.as_text(letter, outcome, with_payload=True).splitlines()


def test_a_letter_is_a_row_under_the_header_and_its_payload_stands_beneath():
    assert [letters.header(), *show(b"a\nb")] == [
        "when                 reason       venue/pc                      bytes  detail",
        "2026-03-02 22:00:10  line         yb-0012/07                        3  no line",
        "    a",
        "    b",
    ]


def test_a_packed_payload_is_shown_unpacked_also_where_it_is_cut_short_or_a_bomb():
    text = b"# 1 header\nhost cpu=1.0 1"
    assert show(zlib.compress(text))[1:] == ["    # 1 header", "    host cpu=1.0 1"]
    assert show(zlib.compress(text)[:-5])[1] == "    # 1 header"
    bomb = show(zlib.compress(b"\n" * 100_000_000))
    assert len(bomb) == 1 + letters.SHOWN_LINES + 1
    assert show(b"\x78zzz")[1] == "    xzzz"


def test_what_a_terminal_would_act_upon_is_escaped():
    assert show(b"\x1b[2J\x07\r\x00\xff")[1] == "    \\x1b[2J\\x07\\r\\x00\\xff"
    assert show("\u202eabc\u200b\u2028".encode())[1] == "    \\u202eabc\\u200b\\u2028"
    assert show("Quán nét".encode())[1] == "    Quán nét"
    (row, *_) = show(detail="\x1b]0;x", topic="\x1b[1m")
    assert "\x1b" not in row


@given(st.binary(max_size=500))
def test_no_payload_shows_anything_but_printable_lines(payload):
    shown = show(payload)
    assert all(line.isprintable() for line in shown)


def test_long_lines_and_many_are_cut_and_counted():
    assert show(b"x" * 1000)[1].endswith("x … and 700 characters")
    assert show(b"\n".join([b"y"] * 1000))[-1] == "    … and 800 lines"


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome("i", "2026-03-05"), "stored by replay 2026-03-05"),
        (Outcome("i", "2026-03-05", "range", "cpu too high"), "cpu too high"),
    ],
)
def test_what_a_replay_made_of_it_is_said_instead(outcome, said):
    assert show(outcome=outcome)[0].endswith(said)


def test_as_json_it_is_whole():
    letter = Letter(AT, "line", "no line", TOPIC, b"\xff")
    assert letters.as_json(letter, Outcome(letter.id, "2026-03-05")) == {
        "id": letter.id,
        "at": "2026-03-02T22:00:10.000+07:00",
        "reason": "line",
        "detail": "no line",
        "venue": "yb-0012",
        "pc": "07",
        "topic": TOPIC,
        "bytes": 1,
        "payload": "ff",
        "replayed": {"at": "2026-03-05", "reason": "", "detail": ""},
    }
