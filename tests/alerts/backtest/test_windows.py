"""Windows of all evaluations at once, against each one worked out by itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.backtest.moments import Moments
from alerts.backtest.points import in_order
from alerts.backtest.question import Question
from alerts.backtest.windows import windows
from alerts.engine.files import Range

MINUTES = Moments(600, 60, 20)


def points(rows, aggregate="sum"):
    """Of (group, second, value); a mean needs a count beside each."""
    group, time, value = (
        (np.array(column) for column in zip(*rows, strict=True)) if rows else (np.empty(0, int),) * 3
    )
    parts = (value, np.ones(len(value), int)) if aggregate == "mean" else (value,)
    return in_order(group, time * 1000, parts)


def rows_of(found):
    """Number, group and value of each row."""
    numbers = np.repeat(np.arange(found.first, found.first + found.count), np.diff(found.start))
    return list(zip(numbers.tolist(), found.group.tolist(), found.value.tolist(), strict=True))


def ask(rows, over, aggregate="sum", first=0, until=20, plus=0):
    question = Question(aggregate, "f", "m", (), ("g",), plus)
    span = Range(**{"from": over + 9, "to": 10})
    return rows_of(windows(question, points(rows, aggregate), span, MINUTES, first, until))


def last(rows):
    return max(rows, key=lambda row: row[1:])[2]


def plain(rows, over, aggregate):
    """Each evaluation and group by itself."""
    functions = {
        "sum": lambda found: sum(v for *_, v in found),
        "count": len,
        "min": lambda found: min(v for *_, v in found),
        "max": lambda found: max(v for *_, v in found),
        "mean": lambda found: sum(v for *_, v in found) / len(found),
        "last": last,
    }
    for number in range(20):
        now = MINUTES.second(number)
        for group in sorted({g for g, *_ in rows}):
            found = [row for row in rows if row[0] == group and now - over - 9 <= row[1] <= now - 10]
            if found:
                yield number, group, functions[aggregate](found)


data = st.lists(st.tuples(st.integers(0, 3), st.integers(400, 1900), st.integers(-5, 5)), max_size=40)


@given(
    data, st.sampled_from([10, 20, 60, 90, 120, 600]), st.sampled_from(["sum", "min", "max", "mean", "last"])
)
def test_all_at_once_is_each_by_itself(rows, over, aggregate):
    assert ask(rows, over, aggregate) == list(plain(rows, over, aggregate))


@given(data, st.sampled_from([20, 60, 300]), st.integers(0, 19), st.integers(0, 20))
def test_a_part_of_the_evaluations_is_that_part_of_all(rows, over, first, length):
    until = min(first + length, 20)
    assert ask(rows, over, first=first, until=until) == [r for r in ask(rows, over) if first <= r[0] < until]


@pytest.mark.parametrize(
    ("second", "numbers"), [(590, [0, 1]), (591, [1, 2]), (531, [0, 1]), (530, [0]), (471, [0])]
)
def test_both_ends_of_a_range_count_and_not_a_second_more(second, numbers):
    """Two minutes of stamps, ten seconds late: from now-129 s to now-10 s."""
    assert [number for number, *_ in ask([(0, second, 1)], 120)] == numbers


def test_a_range_shorter_than_the_interval_leaves_gaps():
    assert ask([(0, second, 1) for second in range(400, 800)], 20, until=3) == [
        (0, 0, 20),
        (1, 0, 20),
        (2, 0, 20),
    ]
    assert ask([(0, 560, 1)], 20) == []


def test_of_two_points_of_one_second_the_greater_is_the_last():
    assert ask([(0, 590, 3), (0, 590, 1)], 60, "last") == [(0, 0, 3)]


def test_a_number_is_added_to_each_aggregate():
    assert ask([(0, 590, 3)], 60, "max", plus=7) == [(0, 0, 10)]


def test_fractions_are_not_worn_off_by_what_was_before():
    """A difference of running sums would be 0 here."""
    found = ask([(0, 400, 1e17), (0, 620, 0.1), (0, 630, 0.2)], 60)
    assert found == [(1, 0, 0.1 + 0.2)]


def test_rows_of_few_evaluations_can_stand_among_more():
    question, span = Question("sum", "f", "m", (), ("g",)), Range(**{"from": 69, "to": 10})
    found = windows(question, points([(0, 710, 1)]), span, MINUTES, 2, 4).spread(0, 6)
    assert (found.first, found.count, rows_of(found)) == (0, 6, [(2, 0, 1)])
