"""One PC's numbers: each gap with what explains it, what is stored twice, who began anew, who shares a name."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.audit.numbers import Finding, Kind, Known, Stored, Why, examine

A, B = "aa" * 16, "bb" * 16
T = 1_772_463_600


def stored(*numbers: int, stream: str = A, begin: int = T, every: int = 30) -> list[Stored]:
    """As an agent stamps them: 1 at `begin`, and each `every` seconds later."""
    return [Stored(begin + n * every, n, stream) for n in numbers]


def look(rows: list[Stored], **known: Known) -> list[Finding]:
    return examine("yb-0012", "07", rows, {A: known.get("a", Known()), B: known.get("b", Known())})


def gap(first: int, last: int, why: Why, begin: int | None, end: int) -> Finding:
    return Finding("yb-0012", "07", A, Kind.GAP, first, last, last - first + 1, begin, end, why)


def test_where_every_number_is_stored_there_is_nothing_to_say():
    assert look(stored(*range(1, 100))) == []
    assert look(stored(*range(50, 100)), a=Known(before=49)) == []


def test_a_gap_stands_between_the_moments_of_its_neighbours():
    rows = stored(1, 2, 3, 7, 8, 10)
    assert look(rows) == [
        gap(4, 6, Why.UNKNOWN, T + 90, T + 210),
        gap(9, 9, Why.UNKNOWN, T + 240, T + 300),
    ]


def test_the_order_in_which_rows_come_and_are_stamped_does_not_matter():
    rows = [Stored(T + n * 30 * (-1) ** n, n, A) for n in range(1, 30)]
    Random(1).shuffle(rows)
    assert look(rows) == []


def test_what_is_missing_at_the_beginning_is_a_gap_unless_it_is_stored_before():
    assert look(stored(4, 5)) == [gap(1, 3, Why.UNKNOWN, None, T + 120)]
    assert look(stored(4, 5), a=Known(before=3)) == []
    assert look(stored(4, 5), a=Known(before=2)) == [gap(3, 3, Why.UNKNOWN, None, T + 120)]


def test_a_number_below_what_is_stored_before_opens_no_gap():
    assert look(stored(4, 5, 8), a=Known(before=7)) == []


@pytest.mark.parametrize(
    ("known", "why"),
    [
        (Known(dropped=3), Why.DROPPED),
        (Known(dropped=30), Why.DROPPED),
        (Known(dropped=2), Why.UNKNOWN),
        (Known(queued=3), Why.WAITING),
        (Known(queued=2), Why.UNKNOWN),
        (Known(dropped=3, queued=3), Why.DROPPED),
        (Known(refused=frozenset({4, 5, 6})), Why.REFUSED),
        (Known(refused=frozenset({4, 5})), Why.UNKNOWN),
        (Known(refused=frozenset({4, 5}), dropped=1), Why.DROPPED),
        (Known(refused=frozenset({1, 2, 3, 7})), Why.UNKNOWN),
    ],
)
def test_a_gap_is_explained_by_what_the_agent_and_the_dead_letters_say(known, why):
    assert [f.why for f in look(stored(1, 2, 3, 7), a=known)] == [why]


def test_what_was_given_up_explains_a_streams_gaps_together_or_none():
    rows = stored(1, 3, 5)
    assert [f.why for f in look(rows, a=Known(dropped=1))] == [Why.UNKNOWN] * 2
    assert [f.why for f in look(rows, a=Known(dropped=2))] == [Why.DROPPED] * 2


def test_a_gap_among_the_dead_letters_leaves_the_others_to_the_agents_word():
    found = look(stored(1, 3, 5), a=Known(refused=frozenset({2}), dropped=1))
    assert [f.why for f in found] == [Why.REFUSED, Why.DROPPED]


def test_numbers_stored_at_two_times_are_told_together():
    rows = stored(*range(1, 10)) + stored(3, 4, 5, 8, begin=T + 7)
    assert look(rows) == [
        Finding("yb-0012", "07", A, Kind.TWICE, 3, 5, 3, T + 90, T + 157),
        Finding("yb-0012", "07", A, Kind.TWICE, 8, 8, 1, T + 240, T + 247),
    ]


def test_an_agent_installed_anew_is_news_and_no_fault():
    (finding,) = look(stored(1, 2, 3) + stored(1, 2, stream=B, begin=T + 1000))
    assert finding == Finding("yb-0012", "07", B, Kind.NEW_STREAM, 0, 0, 1, T + 90, T + 1030)
    assert not finding.kind.is_fault


def test_a_stream_that_begins_where_another_ended_before_the_rows_is_new_too():
    found = examine("yb-0012", "07", stored(1, 2, stream=B), {}, Stored(T - 60, 77, A))
    assert [(f.kind, f.begin, f.end) for f in found] == [(Kind.NEW_STREAM, T - 60, T + 30)]
    assert examine("yb-0012", "07", stored(78, 79), {A: Known(before=77)}, Stored(T - 60, 77, A)) == []


def test_a_stream_that_was_there_before_is_not_new():
    assert look(stored(1, 2, 3) + stored(9, stream=B, begin=T + 1000), b=Known(before=8)) == []


def test_two_streams_at_the_same_time_are_two_pcs_under_one_name():
    (finding,) = look(stored(*range(1, 9)) + stored(*range(1, 20), stream=B, begin=T + 95))
    assert finding == Finding("yb-0012", "07", B, Kind.TOGETHER, 0, 0, 2, T + 125, T + 240)
    assert finding.kind.is_fault


@given(st.sets(st.integers(1, 300), min_size=1), st.integers(0, 50))
def test_gaps_and_what_is_stored_make_up_every_number(numbers, before):
    found = look(stored(*numbers), a=Known(before=before or None))
    missing = {n for f in found for n in range(f.first, f.last + 1)}
    assert missing == {n for n in range(before + 1, max(numbers) + 1) if n not in numbers}
    assert all(f.kind is Kind.GAP for f in found)
