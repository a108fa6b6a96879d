"""What neighbours prove: one that was heard without a break, and none that was away itself."""

import pytest

from collector.presence.facts import USUAL, Message
from collector.presence.neighbours import vanished_alone, window

LAST = 1_772_420_400
A, B = "a" * 32, "b" * 32


def heard(*ats, stream=A, waiting=()):
    """Messages so many seconds after LAST; those of `waiting` found others in the spool."""
    return [Message(LAST + at, stream, n, int(at in waiting), "server") for n, at in enumerate(ats, 1)]


def alone(*neighbours):
    rows = {f"{n:02}": messages for n, messages in enumerate(neighbours, 2)}
    return vanished_alone({"01": heard(-30, 0), **rows}, "01", LAST, USUAL)


STEADY = (-20, 10, 40, 70, 100)


def test_a_neighbour_without_a_break_proves_it():
    assert alone(heard(*STEADY))
    assert alone(heard(-20, 10), heard(*STEADY))


@pytest.mark.parametrize(
    "rows",
    [
        heard(-20, 10, 40, 70),  # not heard for long enough
        heard(*STEADY, waiting=(70,)),  # a message had to wait: the line broke and its spool filled the time
        heard(*STEADY, waiting=(100,)),
        heard(-20, 10, 70, 100),  # one is missing
        heard(-20, 95, 125),  # booted anew after whatever stopped both
        heard(70, 100, 130),  # was not there at the time
        heard(-40, -10, 16, 46) + heard(70, 100, stream=B),  # began anew with an empty spool
        [],
    ],
)
def test_what_proves_nothing(rows):
    assert not alone(rows)


def test_nobody_is_his_own_neighbour():
    assert not vanished_alone({"01": heard(*STEADY)}, "01", LAST, USUAL)


def test_what_comes_long_after_says_nothing_of_then():
    assert alone(heard(*STEADY, 130, waiting=(130,)))


def test_the_window_holds_all_that_can_decide():
    begin, end = window(LAST, USUAL)
    assert begin <= LAST - USUAL.beat
    assert end >= LAST + USUAL.ahead + USUAL.beat
