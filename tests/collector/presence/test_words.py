"""The agents' last words, as the broker tells them."""

from datetime import UTC, datetime

from collector import wire
from collector.clock import FrozenClock
from collector.presence.words import Words

START = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
TOPIC = wire.topic("yb-0012", "01", "status")


def test_the_last_word_counts_with_its_moment():
    clock = FrozenClock(START)
    words = Words(clock)
    words.told(TOPIC, wire.encode_status(wire.ONLINE))
    clock.advance(60)
    words.told(TOPIC, wire.encode_status(wire.CLOSING))
    assert words.last() == {("yb-0012", "01"): (wire.CLOSING, int(START.timestamp()) + 60)}


def test_what_cannot_be_read_changes_nothing_and_is_said(caplog):
    words = Words(FrozenClock(START))
    words.told(TOPIC, wire.encode_status(wire.LOST))
    for topic, payload in ((TOPIC, b""), (TOPIC, b"{}"), ("quannet/v1/x", wire.encode_status(wire.ONLINE))):
        words.told(topic, payload)
    assert words.last()["yb-0012", "01"][0] == wire.LOST
    assert len(caplog.records) == 3


def test_what_is_handed_out_is_a_copy():
    words = Words(FrozenClock(START))
    words.last()["yb-0012", "01"] = ("online", 0)
    assert words.last() == {}
