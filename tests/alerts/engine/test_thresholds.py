"""Thresholds as pkg/expr/threshold.go has them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.engine.thresholds import recovers, test, threshold, unless_unloaded

test.__test__ = False  # it tests numbers, not code
NAN = math.nan

# evaluator, parameters, value, result: pkg/expr/threshold.go
THRESHOLD = [
    ("gt", [1], 1, 0),
    ("gt", [1], 1.5, 1),
    ("gte", [1], 1, 1),
    ("gte", [1], 0.9, 0),
    ("lt", [1], 1, 0),
    ("lte", [1], 1, 1),
    ("eq", [1], 1, 1),
    ("ne", [1], 1, 0),
    ("within_range", [1, 3], 1, 0),
    ("within_range", [1, 3], 2, 1),
    ("within_range_included", [1, 3], 1, 1),
    ("outside_range", [1, 3], 3, 0),
    ("outside_range", [1, 3], 4, 1),
    ("outside_range_included", [1, 3], 3, 1),
    ("gte", [1], NAN, 0),  # NaN compares false
    ("lt", [1], NAN, 0),
    ("ne", [1], NAN, 1),
]


@pytest.mark.parametrize(("kind", "parameters", "value", "result"), THRESHOLD)
def test_a_number_is_beyond_it_or_not(kind, parameters, value, result):
    assert test({"type": kind, "params": parameters})(value) is bool(result)


def conditions(unload=None):
    condition = {"evaluator": {"type": "gt", "params": [90]}}
    return {"type": "threshold", "conditions": [condition | ({"unloadEvaluator": unload} if unload else {})]}


def test_a_recovery_threshold_holds_until_it_is_passed_and_nan_never_passes():
    model = conditions({"type": "lt", "params": [80]})
    assert recovers(model)
    assert not recovers(conditions())
    assert [threshold(model)(x) for x in (91, 85, NAN)] == [True, False, False]
    assert [unless_unloaded(model)(x) for x in (85, 80, 79, NAN)] == [True, True, False, True]


@given(st.floats(allow_nan=False), st.floats(allow_nan=False), st.floats())
def test_the_pairs_are_each_others_opposite_except_for_nan(low, high, x):
    for one, other, parameters in (
        ("gt", "lte", [low]),
        ("lt", "gte", [low]),
        ("eq", "ne", [low]),
        ("within_range", "outside_range_included", [low, high]),
        ("outside_range", "within_range_included", [low, high]),
    ):
        first = test({"type": one, "params": parameters})(x)
        second = test({"type": other, "params": parameters})(x)
        if math.isnan(x):
            assert (first, second) == (False, other == "ne")
        elif low <= high or len(parameters) == 1:
            assert first is not second
