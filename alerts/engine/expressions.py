"""Grafana's server-side expressions, as far as our rules use them: reduce and threshold."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from alerts.engine.frames import Frame, Labels

Value = float | None  # None is null: no data

_PARAMETERS = {
    "gt": 1,
    "lt": 1,
    "eq": 1,
    "ne": 1,
    "gte": 1,
    "lte": 1,
    "within_range": 2,
    "outside_range": 2,
    "within_range_included": 2,
    "outside_range_included": 2,
}


@dataclass(frozen=True)
class Number:
    """One labelled number."""

    labels: Labels
    value: Value


def fault(model: Mapping[str, Any], refs: Sequence[str]) -> str | None:
    """What Grafana (or this engine) would refuse in an expression: `what is wrong; what to write`."""
    kind = model.get("type")
    if kind not in {"reduce", "threshold"}:
        return f"an expression of type {kind!r} is not evaluated here; write reduce or threshold"
    source = model.get("expression")
    if not isinstance(source, str) or source.removeprefix("$" if kind == "reduce" else "") not in refs:
        return f"the expression {source!r} names no query; write one of {', '.join(refs)}"
    return _reduce_fault(model) if kind == "reduce" else _threshold_fault(model)


def reduce(frame: Frame, reducer: str, mode: str = "", replacement: float | None = None) -> Number:
    """One number of a series; null where nothing is left of it."""
    values: list[Value] = list(frame.values)
    if mode == "dropNN":
        values = [v for v in values if _finite(v)]
        if not values and reducer not in {"sum", "count"}:
            return Number(frame.labels, None)
    elif mode == "replaceNN":
        values = [v if _finite(v) else replacement for v in values]
    result = _REDUCERS[reducer](values)
    if mode == "replaceNN" and result is not None and math.isnan(result):
        result = replacement
    return Number(frame.labels, result)


def threshold(number: Number, kind: str, parameters: Sequence[float]) -> Number:
    """1 or 0; null stays null, and NaN is beyond every threshold but `ne`."""
    x = number.value
    if x is None:
        return number
    low, high = parameters[0], parameters[-1]
    verdicts = {
        "gt": x > low,
        "lt": x < low,
        "eq": x == low,
        "ne": x != low,
        "gte": x >= low,
        "lte": x <= low,
        "within_range": low < x < high,
        "outside_range": x < low or x > high,
        "within_range_included": low <= x <= high,
        "outside_range_included": x <= low or x >= high,
    }
    return Number(number.labels, float(verdicts[kind]))


def apply_reduce(model: Mapping[str, Any], source: Sequence[Frame]) -> list[Number]:
    settings = model.get("settings") or {}
    mode, replacement = settings.get("mode", ""), settings.get("replaceWithValue")
    return [reduce(frame, model["reducer"], mode, replacement) for frame in source]


def apply_threshold(model: Mapping[str, Any], source: Sequence[Number]) -> list[Number]:
    evaluator = model["conditions"][0]["evaluator"]
    return [threshold(number, evaluator["type"], evaluator["params"]) for number in source]


def _reduce_fault(model: Mapping[str, Any]) -> str | None:
    if model.get("reducer") not in _REDUCERS:
        return f"the reducer {model.get('reducer')!r} is unknown; write one of {', '.join(_REDUCERS)}"
    settings = model.get("settings") or {}
    mode = settings.get("mode", "")
    if mode not in {"", "dropNN", "replaceNN"}:
        return f"the mode {mode!r} is refused; write dropNN or replaceNN, or no mode for strict"
    if mode == "replaceNN" and not _number(settings.get("replaceWithValue")):
        return "replaceNN has no number; write `replaceWithValue: 0`"
    return None


def _threshold_fault(model: Mapping[str, Any]) -> str | None:
    conditions = model.get("conditions")
    if not isinstance(conditions, list) or len(conditions) != 1:
        return "a threshold has exactly one condition; write one"
    condition = conditions[0]
    if condition.get("unloadEvaluator"):
        return "a recovery threshold is not evaluated here; remove unloadEvaluator"
    evaluator = condition.get("evaluator") or {}
    count = _PARAMETERS.get(str(evaluator.get("type")))
    if count is None:
        return f"the evaluator {evaluator.get('type')!r} is unknown; write one of {', '.join(_PARAMETERS)}"
    parameters = evaluator.get("params")
    if not isinstance(parameters, list) or len(parameters) < count or not all(map(_number, parameters)):
        return f"{evaluator['type']} takes {count} number(s), not texts; write `params: [1]`"
    return None


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _finite(value: Value) -> bool:
    return value is not None and math.isfinite(value)


def _strict(function: Callable[[list[float]], float], empty: float) -> Callable[[list[Value]], Value]:
    """A reducer that any null or NaN turns into NaN."""

    def reducer(values: list[Value]) -> Value:
        numbers = [math.nan if v is None else v for v in values]
        if any(math.isnan(n) for n in numbers):
            return math.nan
        return function(numbers) if numbers else empty

    return reducer


_REDUCERS: dict[str, Callable[[list[Value]], Value]] = {
    "sum": _strict(sum, 0.0),
    "mean": _strict(statistics.fmean, math.nan),
    "min": _strict(min, math.nan),
    "max": _strict(max, math.nan),
    "count": lambda values: float(len(values)),
    "last": lambda values: values[-1] if values else math.nan,
    "median": _strict(statistics.median, math.nan),
}
