"""What Grafana's reduce and resample make of the points of a series."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence

Value = float | None  # None is null: no data
Reducer = Callable[[Sequence[Value]], Value]

MODES = ("", "dropNN", "replaceNN")


def reducer(name: str, mode: str = "", replacement: float | None = None) -> Reducer:
    """A function from the points of a series to one number; null where nothing is left of it."""
    plain = REDUCERS[name]
    if mode == "dropNN":
        return _dropping(plain, counts=name == "count")
    if mode == "replaceNN":
        return _replacing(plain, replacement)
    return plain


def keep(mode: str, replacement: float | None, value: Value) -> tuple[Value, ...]:
    """What a reduce makes of what is a number already: it, its replacement, or nothing."""
    if mode == "" or finite(value):
        return (value,)
    return () if mode == "dropNN" else (replacement,)


def finite(value: Value) -> bool:
    return value is not None and math.isfinite(value)


def _dropping(plain: Reducer, *, counts: bool) -> Reducer:
    def reduce(values: Sequence[Value]) -> Value:
        if len(values) == 1:  # an aggregate without time grouping, the rule here: any reducer gives it back
            value = values[0]
            if value is not None and -math.inf < value < math.inf:
                return 1.0 if counts else value
        result = plain([v for v in values if v is not None and -math.inf < v < math.inf])
        return None if result is None or math.isnan(result) else result

    return reduce


def _replacing(plain: Reducer, replacement: Value) -> Reducer:
    def reduce(values: Sequence[Value]) -> Value:
        result = plain([v if finite(v) else replacement for v in values])
        return replacement if result is not None and math.isnan(result) else result

    return reduce


def _strict(function: Callable[[Sequence[float]], float], empty: float) -> Reducer:
    """A reducer that any null or NaN turns into NaN."""

    def reduce(values: Sequence[Value]) -> Value:
        numbers = [math.nan if v is None else v for v in values]
        if any(map(math.isnan, numbers)):
            return math.nan
        return function(numbers) if numbers else empty

    return reduce


def _sum(numbers: Sequence[float]) -> float:
    return float(sum(numbers))


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)  # as Grafana adds: fmean would refuse infinities of both signs


REDUCERS: dict[str, Reducer] = {
    "sum": _strict(_sum, 0.0),
    "mean": _strict(_mean, math.nan),
    "min": _strict(min, math.nan),
    "max": _strict(max, math.nan),
    "count": lambda values: float(len(values)),
    "last": lambda values: values[-1] if values else math.nan,
    "median": _strict(statistics.median, math.nan),
}
DOWNSAMPLERS = ("sum", "mean", "min", "max", "last")
