"""Two agents under one identity, and all that only looks like it."""

import pytest

from collector.presence.clones import MOST, Numbers, judge, suspects
from collector.presence.facts import Message

A, B, C = "a" * 32, "b" * 32, "c" * 32


def messages(*rows, clock="server"):
    """Each half a minute after the one before: stream and number."""
    return [Message(1000 + 15 * i, stream, n, 0, clock) for i, (stream, n) in enumerate(rows)]


@pytest.mark.parametrize(
    ("rows", "cause"),
    [
        ([(A, 1), (B, 1), (A, 2), (B, 2)], "two_agents"),
        ([(A, 70), (A, 71), (B, 3), (A, 72), (A, 73), (B, 4)], "two_agents"),
        ([(A, 1), (A, 2), (B, 1), (B, 2)], ""),
        ([(A, 1), (B, 1), (C, 1), (C, 2)], ""),
        ([(A, 1), (B, 1), (A, 2)], ""),
        ([(A, 7), (A, 7), (A, 8), (A, 8), (A, 9), (A, 9)], "copied_disk"),
        ([(A, 907), (A, 3), (A, 908), (A, 4), (A, 909), (A, 5)], "copied_disk"),
        ([(A, 1), (A, 2), (A, 3), (A, 4)], ""),
        ([(A, 1), (A, 2), (A, 80), (A, 81)], ""),
        ([(A, 5), (A, 6), (A, 1), (A, 2), (A, 1), (A, 2)], ""),
        ([(A, 5)], ""),
        ([], ""),
    ],
)
def test_only_turning_back_again_and_again_proves_two(rows, cause):
    assert judge(messages(*rows)) == cause
    assert judge(messages(*rows)[::-1]) == cause, "the order in which they were stored does not matter"


def test_what_a_clock_stamped_that_was_never_set_proves_nothing():
    ours = messages((A, 10), (A, 11), (A, 12), (A, 13))
    early = [Message(m.at + 5, A, n, 0, "pc") for n, m in enumerate(ours, 3)]
    assert judge(ours + early) == ""


@pytest.mark.parametrize(
    ("numbers", "suspicious"),
    [
        (Numbers(1, 20, 19), False),
        (Numbers(1, 1, 0), False),
        (Numbers(1, 4, 19), False),  # a spool that is still coming in
        (Numbers(2, 20, 19), True),
        (Numbers(1, 40, 19), True),
        (Numbers(1, 40, 4720), True),
    ],
)
def test_whose_numbers_are_suspicious(numbers, suspicious):
    assert numbers.suspicious is suspicious


def test_of_too_many_suspects_each_comes_in_turn():
    numbers = {("yb-0012", f"{n:03}"): Numbers(2, 2, 1) for n in range(2 * MOST + 20)}
    turns = [suspects(numbers, turn) for turn in range(3)]
    assert all(len(turn) == MOST for turn in turns)
    assert {key for turn in turns for key in turn} == set(numbers)
