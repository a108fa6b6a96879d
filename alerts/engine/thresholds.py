"""Grafana's threshold expressions, with and without a recovery threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# NaN compares false with everything: it is beyond no threshold but `ne`.
_MAKE: dict[str, tuple[int, Callable[[float, float], Callable[[float], bool]]]] = {
    "gt": (1, lambda a, _: lambda x: x > a),
    "lt": (1, lambda a, _: lambda x: x < a),
    "eq": (1, lambda a, _: lambda x: x == a),
    "ne": (1, lambda a, _: lambda x: x != a),
    "gte": (1, lambda a, _: lambda x: x >= a),
    "lte": (1, lambda a, _: lambda x: x <= a),
    "within_range": (2, lambda a, b: lambda x: a < x < b),
    "outside_range": (2, lambda a, b: lambda x: x < a or x > b),
    "within_range_included": (2, lambda a, b: lambda x: a <= x <= b),
    "outside_range_included": (2, lambda a, b: lambda x: x <= a or x >= b),
}


def test(evaluator: Mapping[str, Any]) -> Callable[[float], bool]:
    """Whether a number is beyond the threshold."""
    count, make = _MAKE[evaluator["type"]]
    parameters = evaluator["params"]
    return make(parameters[0], parameters[1] if count == 2 else 0)


def threshold(model: Mapping[str, Any]) -> Callable[[float], bool]:
    return test(model["conditions"][0]["evaluator"])


def recovers(model: Mapping[str, Any]) -> bool:
    """Whether the model is a threshold with a recovery threshold."""
    return model.get("type") == "threshold" and bool(model["conditions"][0].get("unloadEvaluator"))


def unless_unloaded(model: Mapping[str, Any]) -> Callable[[float], bool]:
    """For those that fired last time: they stay until the recovery threshold is passed, NaN for ever."""
    passed = test(model["conditions"][0]["unloadEvaluator"])
    return lambda x: not passed(x)


def fault(model: Mapping[str, Any], condition: str = "") -> str | None:
    """What Grafana would refuse: `what is wrong; what to write`."""
    conditions = model.get("conditions")
    if not isinstance(conditions, list) or len(conditions) != 1 or not isinstance(conditions[0], dict):
        return "a threshold has exactly one condition; write one"
    wrong = _evaluator_fault(conditions[0].get("evaluator"))
    recovery = conditions[0].get("unloadEvaluator")
    if wrong is not None or not recovery:
        return wrong
    if condition and model.get("refId", condition) != condition:
        return f"a recovery threshold may only be the condition; write `condition: {model['refId']}`"
    return _evaluator_fault(recovery)


def _evaluator_fault(evaluator: Any) -> str | None:
    evaluator = evaluator if isinstance(evaluator, dict) else {}
    if str(evaluator.get("type")) not in _MAKE:
        return f"the evaluator {evaluator.get('type')!r} is unknown; write one of {', '.join(_MAKE)}"
    count, _ = _MAKE[evaluator["type"]]
    parameters = evaluator.get("params")
    if not isinstance(parameters, list) or len(parameters) < count or not all(map(is_number, parameters)):
        return f"{evaluator['type']} takes {count} number(s), not texts; write `params: [1]`"
    return None


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
