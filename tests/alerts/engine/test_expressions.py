"""Reduce and threshold, row by row as pkg/expr/mathexp/reduce.go, commands.go and threshold.go have it."""

import math

import pytest

from alerts.engine.expressions import Number, fault, reduce, threshold
from alerts.engine.frames import Frame

NAN, INF = math.nan, math.inf
L = (("venue", "yb-0012"),)

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


@pytest.mark.parametrize(("reducer", "mode", "values", "result"), REDUCE)
def test_reduce(reducer, mode, values, result):
    found = reduce(Frame(L, values), reducer, mode, -1.0)
    assert found.labels == L
    assert found.value == pytest.approx(result, nan_ok=True) if result is not None else found.value is None


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
    ("gte", [1], None, None),  # null stays no data
    ("gte", [1], NAN, 0),  # NaN compares false
    ("lt", [1], NAN, 0),
    ("ne", [1], NAN, 1),
]


@pytest.mark.parametrize(("kind", "parameters", "value", "result"), THRESHOLD)
def test_threshold(kind, parameters, value, result):
    assert threshold(Number(L, value), kind, parameters) == Number(L, result)


GOOD_REDUCE = {"type": "reduce", "expression": "A", "reducer": "sum", "settings": {"mode": "dropNN"}}
GOOD_THRESHOLD = {
    "type": "threshold",
    "expression": "B",
    "conditions": [{"evaluator": {"type": "gte", "params": [1]}}],
}


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (GOOD_REDUCE, None),
        (GOOD_REDUCE | {"expression": "$A"}, None),
        (GOOD_THRESHOLD, None),
        (GOOD_REDUCE | {"settings": {"mode": "strict"}}, "'strict' is refused"),  # commands.go
        (GOOD_REDUCE | {"settings": {"mode": "replaceNN"}}, "has no number"),
        (GOOD_REDUCE | {"reducer": "avg"}, "'avg' is unknown"),
        (GOOD_REDUCE | {"expression": "Z"}, "names no query"),
        (GOOD_THRESHOLD | {"expression": "$B"}, "names no query"),  # a bare refId here
        (GOOD_THRESHOLD | {"conditions": []}, "exactly one"),
        (GOOD_THRESHOLD | {"conditions": [{"evaluator": {"type": "gte", "params": ["1"]}}]}, "not texts"),
        (
            GOOD_THRESHOLD | {"conditions": [{"evaluator": {"type": "within_range", "params": [1]}}]},
            "takes 2",
        ),
        (
            GOOD_THRESHOLD | {"conditions": [{"evaluator": {"type": "above", "params": [1]}}]},
            "'above' is unknown",
        ),
        ({"type": "math", "expression": "$A > 1"}, "not evaluated here"),
        ({"type": "classic_conditions"}, "not evaluated here"),
    ],
)
def test_what_grafana_or_this_engine_would_refuse(model, said):
    found = fault(model, ["A", "B"])
    assert found is None if said is None else said in (found or "")
