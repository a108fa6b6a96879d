"""Sums of episodes, as far as they lie in the period."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.backtest.tally import minus, tallies, tally, union

spans = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9)).map(lambda two: (two[0], two[0] + two[1])))


def seconds(found):
    return {at for since, until in found for at in range(since, until)}


@given(spans)
def test_a_union_is_each_second_once(found):
    joined = union(found)
    assert seconds(joined) == seconds(found)
    assert all(a[1] < b[0] for a, b in itertools.pairwise(joined))


@given(spans, spans)
def test_what_is_left_is_each_second_that_the_others_have_not(some, others):
    assert seconds(minus(union(some), union(others))) == seconds(some) - seconds(others)


def test_an_episode_counts_as_far_as_it_lies_in_the_period(episode, hour):
    before, within, after = episode(-30, 30), episode(90, 100, pc="08"), episode(110, None, pc="09")
    found = tally(("x",), [before, within, after], hour(2))
    assert (found.episodes, found.subjects, found.venues) == (3, 3, 1)
    assert (found.seconds, found.longest) == (50 * 60, 30 * 60)
    assert found.covered == 50 * 60
    assert found.share == pytest.approx(50 / 120)


def test_what_fires_at_once_is_covered_once(episode, hour):
    found = tally((), [episode(0, 30), episode(15, 45, pc="08")], hour(1))
    assert (found.seconds, found.covered, found.share) == (3600, 45 * 60, 0.75)


def test_nothing_is_nothing(hour):
    found = tally((), [], hour(1))
    assert (found.episodes, found.seconds, found.longest, found.share) == (0, 0, 0, 0)


def test_who_fires_most_often_comes_first(episode, hour):
    episodes = [
        episode(0, 59, venue="v-1"),
        *(episode(at, at + 1, venue="v-2") for at in (0, 9)),
        episode(1, 3, venue="v-3"),
    ]
    found = tallies(episodes, hour(1), lambda e: (e.label("venue"),))
    assert [sums.key for sums in found] == [("v-2",), ("v-1",), ("v-3",)]
