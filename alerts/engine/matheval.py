"""Grafana's math: numbers and series of several queries combined, label set by label set."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from alerts.engine.frames import Frame
from alerts.engine.matching import Index
from alerts.engine.mathsyntax import Binary, Call, Literal, Tree, Unary, Variable
from alerts.engine.outcome import Number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from alerts.engine.frames import Labels
    from alerts.engine.outcome import Outcome
    from alerts.engine.reducers import Value

Item = Frame | Number
_CONSTANTS = {"nan": math.nan, "inf": math.inf, "infn": -math.inf, "null": None}


def calculate(tree: Tree, of: Mapping[str, Outcome]) -> Outcome:
    """The outcome of an expression; nothing where a side has nothing, or no two label sets go together.

    A constant is a number without labels. Where one side has no data, neither has the result.
    """
    match tree:
        case Literal(value):
            return [Number((), value)]
        case Variable(ref):
            return of[ref]
        case Unary(operator, operand):
            return _each(calculate(operand, of), _UNARY[operator])
        case Binary(operator, left, right):
            return _combine(calculate(left, of), calculate(right, of), _or_null(BINARY[operator]))
        case Call(name, None):
            return [Number((), _CONSTANTS[name])]
        case Call(name, argument):
            assert argument is not None
            return _each(calculate(argument, of), FUNCTIONS[name])


def pairs(left: Outcome, right: Outcome) -> list[tuple[Item, Item, Labels]]:
    """Who is combined with whom, and under which labels.

    Label sets that are equal, or one of which contains the other: the larger one stays. What goes with nobody
    is dropped, but where each side has only one item they are combined whatever their labels, and lose them.
    """
    index = Index([item.labels for item in right])
    found: list[tuple[Item, Item, Labels]] = [
        (one, right[i], max(one.labels, right[i].labels, key=len))
        for one in left
        for i in index.matches(one.labels)
    ]
    if not found and len(left) == len(right) == 1:
        return [(left[0], right[0], ())]
    return found


def _combine(left: Outcome, right: Outcome, operation: Callable[[Value, Value], Value]) -> Outcome:
    return [_pair(one, other, labels, operation) for one, other, labels in pairs(left, right)]  # type: ignore[return-value] # a set is of one kind, since both sides are


def _pair(one: Item, other: Item, labels: Labels, operation: Callable[[Value, Value], Value]) -> Item:
    if isinstance(one, Frame):
        if isinstance(other, Frame):
            return _joined(one, other, labels, operation)
        by = other.value
        return Frame(labels, tuple(operation(value, by) for value in one.values), one.times)
    if isinstance(other, Frame):
        by = one.value
        return Frame(labels, tuple(operation(by, value) for value in other.values), other.times)
    return Number(labels, operation(one.value, other.value))


def _joined(one: Frame, other: Frame, labels: Labels, operation: Callable[[Value, Value], Value]) -> Frame:
    """Two series meet where their times are equal; a point of one alone is dropped."""
    if len(one.times) != len(one.values) or len(other.times) != len(other.values):
        raise ValueError("two series cannot be joined: their points have no times")
    there = dict(zip(other.times, other.values, strict=True))
    both = [(t, v, there[t]) for t, v in zip(one.times, one.values, strict=True) if t in there]
    return Frame(labels, tuple(operation(a, b) for _, a, b in both), tuple(t for t, _, _ in both))


def _each(outcome: Outcome, function: Callable[[Value], Value]) -> Outcome:
    return [  # type: ignore[return-value] # a set is of one kind
        Frame(item.labels, tuple(map(function, item.values)), item.times)
        if isinstance(item, Frame)
        else Number(item.labels, function(item.value))
        for item in outcome
    ]


def _or_null(operation: Callable[[float, float], float]) -> Callable[[Value, Value], Value]:
    def of_values(a: Value, b: Value) -> Value:
        return None if a is None or b is None else operation(a, b)

    return of_values


def _arithmetic(operation: Callable[[float, float], float]) -> Callable[[float, float], float]:
    def of_numbers(a: float, b: float) -> float:
        return math.nan if math.isnan(a) or math.isnan(b) else float(operation(a, b))

    return of_numbers


def _either(a: float, b: float) -> float:
    """The first one is asked before NaN is: x || NaN is 1 where x is not 0."""
    if a != 0:
        return 1.0
    return math.nan if math.isnan(b) else float(b != 0)


def _both(a: float, b: float) -> float:
    if a == 0:
        return 0.0
    return math.nan if math.isnan(a) or math.isnan(b) else float(b != 0)


def _divided(a: float, b: float) -> float:
    if b == 0:
        return math.nan if a == 0 else math.copysign(math.inf, a) * math.copysign(1, b)
    return a / b


def _rest(a: float, b: float) -> float:
    return math.nan if b == 0 or math.isinf(a) else math.fmod(a, b)


def _power(a: float, b: float) -> float:
    """As Go's math.Pow, where Python raises."""
    odd = b == math.trunc(b) and math.fmod(b, 2) != 0 if math.isfinite(b) else False
    if a == 0 and b < 0:
        return math.copysign(math.inf, a) if odd else math.inf
    try:
        return math.pow(a, b)
    except OverflowError:
        return -math.inf if a < 0 and odd else math.inf
    except ValueError:  # a root of what is below nothing
        return math.nan


BINARY: dict[str, Callable[[float, float], float]] = {
    "+": _arithmetic(lambda a, b: a + b),
    "-": _arithmetic(lambda a, b: a - b),
    "*": _arithmetic(lambda a, b: a * b),
    "/": _arithmetic(_divided),
    "%": _arithmetic(_rest),
    "**": _arithmetic(_power),
    "==": _arithmetic(lambda a, b: a == b),
    "!=": _arithmetic(lambda a, b: a != b),
    ">": _arithmetic(lambda a, b: a > b),
    ">=": _arithmetic(lambda a, b: a >= b),
    "<": _arithmetic(lambda a, b: a < b),
    "<=": _arithmetic(lambda a, b: a <= b),
    "||": _either,
    "&&": _both,
}


def _negated(value: Value) -> Value:
    return None if value is None else -value


def _not(value: Value) -> Value:
    return value if value is None or math.isnan(value) else float(value == 0)


_UNARY = {"-": _negated, "!": _not}


def _of_number(function: Callable[[float], float]) -> Callable[[Value], Value]:
    """Grafana's functions make NaN of null, all but the two that ask for it."""
    return lambda value: math.nan if value is None else float(function(value))


def _logarithm(value: float) -> float:
    if value > 0:
        return math.log(value)
    return -math.inf if value == 0 else math.nan


def _whole(function: Callable[[float], int]) -> Callable[[float], float]:
    return lambda value: float(function(value)) if math.isfinite(value) else value


def _rounded(value: float) -> int:
    """Halves away from zero, as Go rounds."""
    whole = math.trunc(value)
    return whole if abs(value - whole) < 0.5 else whole + (1 if value > 0 else -1)


FUNCTIONS: dict[str, Callable[[Value], Value]] = {
    "abs": _of_number(abs),
    "log": _of_number(_logarithm),
    "round": _of_number(_whole(_rounded)),
    "ceil": _of_number(_whole(math.ceil)),
    "floor": _of_number(_whole(math.floor)),
    "is_nan": _of_number(math.isnan),
    "is_inf": _of_number(math.isinf),
    "is_null": lambda value: float(value is None),
    "is_number": lambda value: float(value is not None and math.isfinite(value)),
}
