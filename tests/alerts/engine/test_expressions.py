"""What Grafana, or this engine, would refuse in an expression; what each kind makes of numbers and series."""

from datetime import UTC, datetime

import pytest

from alerts.engine.expressions import Moment, expression, fault
from alerts.engine.files import Range
from alerts.engine.frames import Frame
from alerts.engine.outcome import Number

NOW = datetime.fromtimestamp(1000, UTC)
L = (("venue", "yb-0012"),)

GOOD_REDUCE = {"type": "reduce", "expression": "A", "reducer": "sum", "settings": {"mode": "dropNN"}}
GOOD_THRESHOLD = {
    "type": "threshold",
    "expression": "B",
    "conditions": [{"evaluator": {"type": "gte", "params": [1]}}],
}


GOOD_RESAMPLE = {
    "type": "resample", "expression": "$A", "window": "1m", "downsampler": "mean", "upsampler": "pad",
}  # fmt: skip


def recovery(unload=None):
    condition = GOOD_THRESHOLD["conditions"][0] | {"unloadEvaluator": unload or {"type": "lt", "params": [0]}}
    return GOOD_THRESHOLD | {"refId": "C", "conditions": [condition]}


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
        ({"type": "math", "expression": "$A > 1"}, None),
        ({"type": "math", "expression": "$A >-1"}, "no operator"),
        ({"type": "math", "expression": "$A > $Z"}, "'Z' names no query"),
        ({"type": "math", "expression": "1 + 1"}, "never changes"),
        ({"type": "math"}, "there is no function"),
        (GOOD_RESAMPLE, None),
        (GOOD_RESAMPLE | {"window": "tomorrow"}, "is no duration"),
        (GOOD_RESAMPLE | {"window": "0s"}, "may not be 0"),
        (GOOD_RESAMPLE | {"downsampler": "count"}, "downsampler 'count' is unknown"),
        (GOOD_RESAMPLE | {"upsampler": "zero"}, "upsampler 'zero' is unknown"),
        (GOOD_REDUCE | {"settings": "dropNN"}, "are no map"),
        (GOOD_REDUCE | {"reducer": "SUM"}, None),  # Grafana lowers it
        (recovery(), None),
        (recovery({"type": "lt"}), "takes 1"),
        ({"type": "classic_conditions"}, "names no venue"),
        ({"type": "sql", "expression": "SELECT 1"}, "switched off"),
        ({"type": "forecast"}, "'forecast' is unknown"),
    ],
)
def test_what_grafana_or_this_engine_would_refuse(model, said):
    found = fault(model, ["A", "B"])
    assert found is None if said is None else said in (found or "")


def test_a_recovery_threshold_may_only_be_the_condition():
    assert fault(recovery(), ["A", "B"], "C") is None
    assert "may only be the condition" in fault(recovery(), ["A", "B"], "D")


def run(model, given, span=None, loaded=()):
    return expression(model, span).run({"A": given, "B": given}, Moment(NOW, frozenset(loaded)))


def test_a_reduce_of_numbers_lets_them_be_and_of_nothing_is_nothing():
    assert run(GOOD_REDUCE, [Number(L, 3.0), Number((), None)]) == [Number(L, 3.0)]
    assert run(GOOD_REDUCE, []) == []


def test_a_threshold_of_a_series_is_a_series():
    assert run(GOOD_THRESHOLD, [Frame(L, (0.0, None, 2.0), (1, 2, 3))]) == [
        Frame(L, (0.0, None, 1.0), (1, 2, 3))
    ]


def test_what_did_not_fire_last_time_comes_first_and_what_did_has_its_own_threshold():
    other = (("venue", "yb-0031"),)
    given = [Number(L, 0.5), Number(other, 0.5)]
    assert [*run(recovery(), given, loaded=[L])] == [Number(other, 0.0), Number(L, 1.0)]


def test_a_resample_is_of_series_over_its_own_time():
    found = run(GOOD_RESAMPLE, [Frame(L, (1.0,), (950_000,))], Range(120, 0))
    assert found == [Frame(L, (None, None, 1.0), (880_000, 940_000, 1_000_000))]
    with pytest.raises(ValueError, match="only series"):
        run(GOOD_RESAMPLE, [Number(L, 1.0)], Range(120, 0))
    with pytest.raises(ValueError, match="time range of its own"):
        run(GOOD_RESAMPLE, [])


def test_math_names_what_it_needs():
    assert expression({"type": "math", "expression": "$B + ${A} * $B"}).needs == ("B", "A")
