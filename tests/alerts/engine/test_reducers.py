"""Reducers, row by row as pkg/expr/mathexp/reduce.go and commands.go have them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.engine.reducers import REDUCERS, keep, reducer

NAN, INF = math.nan, math.inf
POINTS = st.lists(st.one_of(st.none(), st.floats(width=32)), max_size=6)

# One row each: reducer and mode, the values, and what comes of them; None is null.
REDUCE = [
    # strict, the absent mode: pkg/expr/mathexp/reduce.go
    ("sum", "", (1, 2, 3), 6),
    ("sum", "", (1, None), NAN),
    ("sum", "", (1, NAN), NAN),
    ("sum", "", (), 0),
    ("mean", "", (1, 3), 2),
    ("mean", "", (), NAN),
    ("min", "", (3, 1), 1),
    ("min", "", (3, None), NAN),
    ("min", "", (), NAN),
    ("max", "", (3, 1), 3),
    ("max", "", (), NAN),
    ("median", "", (1, 9, 2), 2),
    ("median", "", (), NAN),
    ("count", "", (1, None, NAN), 3),
    ("count", "", (), 0),
    ("last", "", (1, None), None),
    ("last", "", (1, 2), 2),
    ("last", "", (), NAN),
    # dropNN: pkg/expr/mathexp/reduce.go, DropNonNumber
    ("sum", "dropNN", (1, None, NAN, INF, 2), 3),
    ("sum", "dropNN", (None, NAN), 0),
    ("count", "dropNN", (None, 5), 1),
    ("count", "dropNN", (None,), 0),
    ("mean", "dropNN", (None,), None),
    ("max", "dropNN", (-INF, 4), 4),
    ("min", "dropNN", (), None),
    ("last", "dropNN", (7, None), 7),
    ("median", "dropNN", (NAN,), None),
    # replaceNN: pkg/expr/mathexp/reduce.go, ReplaceNonNumberWithValue; here with -1
    ("sum", "replaceNN", (1, None, INF), -1),
    ("last", "replaceNN", (1, None), -1),
    ("mean", "replaceNN", (), -1),
]


@pytest.mark.parametrize(("name", "mode", "values", "result"), REDUCE)
def test_a_series_becomes_one_number(name, mode, values, result):
    found = reducer(name, mode, -1.0)(values)
    assert found == pytest.approx(result, nan_ok=True) if result is not None else found is None


@pytest.mark.parametrize(
    ("mode", "value", "kept"),
    [
        ("", None, (None,)),
        ("", 3.0, (3.0,)),
        ("dropNN", INF, ()),
        ("dropNN", 3.0, (3.0,)),
        ("replaceNN", None, (7.0,)),
    ],
)
def test_a_number_is_reduced_already(mode, value, kept):
    assert keep(mode, 7.0, value) == kept


@given(POINTS, st.sampled_from(sorted(REDUCERS)))
def test_strict_is_nan_wherever_a_point_is_none_unless_it_only_counts_or_takes_the_last(values, name):
    found = reducer(name)(values)
    if name == "count":
        assert found == len(values)
    elif name == "last" and values:
        assert found is values[-1]
    elif any(v is None or math.isnan(v) for v in values):
        assert math.isnan(found)


@given(POINTS, st.sampled_from(sorted(REDUCERS)))
def test_dropping_is_the_strict_reducer_of_what_is_left(values, name):
    left = [v for v in values if v is not None and math.isfinite(v)]
    plain, found = reducer(name)(left), reducer(name, "dropNN")(values)
    assert found is None if math.isnan(plain) else found == plain


@given(POINTS, st.sampled_from(sorted(REDUCERS)))
def test_replacing_leaves_nothing_that_is_no_number(values, name):
    found = reducer(name, "replaceNN", 5.0)(values)
    assert found is not None
    assert not math.isnan(found)
