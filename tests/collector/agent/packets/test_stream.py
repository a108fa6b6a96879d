"""Pieces of a stream in every order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.agent.packets.stream import LIMIT, MOST_WAITING, Stream

TEXT = bytes(range(256)) * 8


@given(st.lists(st.tuples(st.integers(0, 600), st.integers(1, 200)), min_size=1, max_size=30))
def test_any_pieces_of_one_text_give_its_beginning_as_far_as_it_is_there(cuts):
    stream, there = Stream(), set()
    for at, size in cuts:
        assert stream.add(at, TEXT[at : at + size])
        there |= set(range(at, at + size))
    whole = next(n for n in range(len(TEXT)) if n not in there)
    assert stream.data == TEXT[:whole]


def test_where_pieces_disagree_the_first_stands():
    stream = Stream()
    stream.add(0, b"abcd")
    stream.add(2, b"XXef")
    stream.add(0, b"YYYYYYgh")
    assert stream.data == b"abcdefgh"


@pytest.mark.parametrize(
    "pieces",
    [
        [(LIMIT + 1, b"x")],
        [(2 * at + 1, b"x") for at in range(MOST_WAITING + 1)],
        [(1, bytes(5000)), (5002, bytes(3500))],
    ],
)
def test_a_hole_too_large_to_wait_for_is_said(pieces):
    stream = Stream()
    assert [stream.add(at, piece) for at, piece in pieces][-1] is False
    assert stream.size <= LIMIT


def test_what_is_sent_before_a_hole_and_again_is_held_once():
    stream = Stream()
    for _ in range(1000):
        assert stream.add(10, b"later")
    assert stream.size == 5
    assert stream.add(10, b"later and more")
    assert stream.size == 14


def test_never_more_is_held_than_the_limit():
    stream = Stream()
    for at in range(0, 20 * LIMIT, 1000):
        stream.add(at, bytes(1000))
        assert stream.size <= LIMIT
    assert stream.full


def test_dropping_moves_on_even_past_what_has_come():
    stream = Stream()
    stream.add(0, b"abc")
    stream.add(10, b"klm")
    stream.drop(10)
    assert (stream.base, bytes(stream.data)) == (10, b"klm")
    assert stream.add(5, b"fghij")
    assert bytes(stream.data) == b"klm"
    stream.add(13, b"n")
    assert (bytes(stream.data), stream.size) == (b"klmn", 4)
