"""Shares of liars, and what is unreadable about each piece of garbage."""

import pytest

from collector import wire
from collector.simulate.lies import BY_NAME, HONEST, LIES, garbage, lie_of, shares

STREAM = "0" * 32


def test_a_bare_share_is_divided_among_all_kinds_and_a_named_one_added():
    found = shares(["0.1", "malformed=0.05"])
    assert found.keys() == BY_NAME.keys()
    assert sum(found.values()) == pytest.approx(0.15)
    assert found["malformed"] == pytest.approx(0.06)


@pytest.mark.parametrize("texts", [["x"], ["cheat=0.1"], ["-0.1"], ["malformed="], ["1.5"], ["=0.1"]])
def test_what_is_no_share_is_told_with_an_example(texts):
    with pytest.raises(ValueError, match=r"write for example 0\.05 or malformed=0\.01"):
        shares(texts)


def test_more_liars_than_pcs_are_refused():
    with pytest.raises(ValueError, match="write smaller shares"):
        shares(["0.6", "clone=0.5"])


def test_each_kind_falls_to_its_share_and_to_the_same_pcs_at_each_run():
    asked = {lie.name: 0.05 for lie in LIES}
    drawn = [lie_of(asked, 1, "lie", k) for k in range(4000)]
    assert drawn == [lie_of(asked, 1, "lie", k) for k in range(4000)]
    for lie in LIES:
        assert 120 < drawn.count(lie) < 280
    assert 1800 < drawn.count(HONEST) < 2200


def test_a_kind_that_is_not_asked_for_falls_to_nobody():
    assert {lie_of({"clone": 0.5}, 1, k).name for k in range(200)} == {"none", "clone"}


def test_every_piece_of_garbage_is_unreadable_or_holds_nothing_that_can_be_stored():
    reasons = []
    for payload in garbage(STREAM):
        try:
            frames = wire.decode(payload)
        except wire.WireError as fault:
            reasons.append(fault.reason)
        else:
            assert all(frame.n == 999_999_999 for frame in frames)
    assert set(reasons) == {"encoding", "version", "header", "zlib", "size"}
    assert len(reasons) == len(garbage(STREAM)) - 1  # the last one is a matter of its lines
