"""Math on labelled numbers and series (pkg/expr/mathexp/exp.go, funcs.go), against plain oracles."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.engine.frames import Frame
from alerts.engine.matheval import BINARY, FUNCTIONS, calculate, pairs
from alerts.engine.mathsyntax import parse
from alerts.engine.outcome import Number

A, B, AB = (("a", "1"),), (("b", "1"),), (("a", "1"), ("b", "1"))
FLOATS = st.floats()
ORACLE = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b, "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
}  # fmt: skip
SETS = st.lists(
    st.sampled_from([(), A, B, AB, (("a", "2"),)]).map(lambda labels: Number(labels, 1.0)), max_size=4
)


def same(one, other):
    return (math.isnan(one) and math.isnan(other)) or one == other


@given(FLOATS, FLOATS, st.sampled_from(sorted(ORACLE)))
def test_arithmetic_and_comparisons_are_those_of_floats_and_nan_makes_nan(a, b, operator):
    expected = math.nan if math.isnan(a) or math.isnan(b) else float(ORACLE[operator](a, b))
    assert same(BINARY[operator](a, b), expected)


@given(FLOATS, FLOATS, st.sampled_from(sorted(BINARY)))
def test_no_pair_of_numbers_raises_and_truths_are_0_1_or_nan(a, b, operator):
    found = BINARY[operator](a, b)
    assert isinstance(found, float)
    if operator in {"&&", "||"}:
        assert found in {0.0, 1.0} or math.isnan(found)


@given(st.one_of(st.none(), FLOATS), st.sampled_from(sorted(FUNCTIONS)))
def test_a_function_gives_a_number_and_nan_of_null_unless_it_asks_for_it(value, name):
    found = FUNCTIONS[name](value)
    assert isinstance(found, float)
    if value is None:
        assert (
            found == 1.0 if name == "is_null" else found == 0.0 if name == "is_number" else math.isnan(found)
        )


@pytest.mark.parametrize(
    ("a", "b", "power"),
    [(2, 3, 8), (0, -1, math.inf), (-0.0, -3, -math.inf), (-8, 0.5, math.nan), (1e200, 2, math.inf), (-1e200, 3, -math.inf),
     (5, 0, 1), (math.inf, -1, 0), (-2, math.inf, math.inf)],
)  # fmt: skip
def test_powers_are_those_of_go(a, b, power):
    assert same(BINARY["**"](float(a), float(b)), float(power))


@given(SETS, SETS)
def test_pairs_are_what_grafanas_own_comparison_of_each_with_each_finds(left, right):
    expected = []
    for one in left:
        for other in right:
            mine, yours = set(one.labels), set(other.labels)
            if mine <= yours or yours <= mine:
                expected.append((one, other, one.labels if len(mine) >= len(yours) else other.labels))
    if not expected and len(left) == len(right) == 1:
        expected = [(left[0], right[0], ())]
    assert pairs(left, right) == expected


def test_a_series_and_a_number_give_a_series_whichever_stands_first():
    of = {"A": [Frame(A, (1.0, None), (1, 2))], "B": [Number(A, 3.0)]}
    assert calculate(parse("$A - $B"), of) == [Frame(A, (-2.0, None), (1, 2))]
    assert calculate(parse("$B - $A"), of) == [Frame(A, (2.0, None), (1, 2))]
    assert calculate(parse("-$A"), of) == [Frame(A, (-1.0, None), (1, 2))]


def test_two_series_without_times_cannot_be_joined():
    of = {"A": [Frame(A, (1.0,))]}
    with pytest.raises(ValueError, match="have no times"):
        calculate(parse("$A + $A"), of)


def test_nothing_on_one_side_is_nothing():
    assert calculate(parse("$A + 1"), {"A": []}) == []
