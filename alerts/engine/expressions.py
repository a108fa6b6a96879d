"""Grafana's server-side expressions: what each kind needs, does, and what Grafana would refuse in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alerts.engine import matheval, mathsyntax, reducers, thresholds
from alerts.engine.frames import Frame
from alerts.engine.outcome import Number, is_numbers, is_series
from alerts.engine.resample import UPSAMPLERS, resample, window

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from alerts.engine.files import Range
    from alerts.engine.frames import Labels
    from alerts.engine.outcome import Outcome

KINDS = ("reduce", "threshold", "math", "resample")
# A classic condition folds every series into one truth without labels: a violation of it would name no venue,
# and no later version of Grafana offers it for new rules. SQL is behind a switch that is off.
_REFUSED = {
    "classic_conditions": "a classic condition has one result for the whole rule and names no venue",
    "sql": "SQL expressions are switched off in Grafana",
}


@dataclass(frozen=True)
class Moment:
    """What an expression may know besides its inputs: the time, and the label sets that fired last time."""

    now: datetime
    loaded: frozenset[Labels]


@dataclass(frozen=True)
class Expression:
    """`alike` is the ref whose label sets, in their order, the result has too."""

    needs: tuple[str, ...]
    run: Callable[[Mapping[str, Outcome], Moment], Outcome]
    alike: str = ""


def expression(model: Mapping[str, Any], span: Range | None = None) -> Expression:
    """A model made ready to run as often as there are evaluations. ValueError says what is wrong in it."""
    kind = model.get("type")
    if kind == "math":
        return _math(str(model.get("expression")))
    if kind not in KINDS:
        raise ValueError(_unknown(kind))
    ref = str(model.get("expression"))
    if kind == "threshold":
        return _threshold(ref, model)
    ref = ref.removeprefix("$")
    return _reduce(ref, model) if kind == "reduce" else _resample(ref, model, span)


def fault(model: Mapping[str, Any], refs: Sequence[str], condition: str = "") -> str | None:
    """What Grafana (or this engine) would refuse in an expression: `what is wrong; what to write`.

    With the rule's condition also a recovery threshold that is not it.
    """
    kind = model.get("type")
    if kind not in KINDS:
        return _unknown(kind)
    try:
        needs = expression(model).needs if kind == "math" else (_source(model),)
    except mathsyntax.MathError as wrong:
        return f"Grafana cannot read {model.get('expression')!r}: {wrong}; write for example `$B > 3`"
    strange = [ref for ref in needs if ref not in refs]
    if strange:
        return f"the expression {strange[0]!r} names no query; write one of {', '.join(refs)}"
    if kind == "math":
        return None if needs else "a math expression of no query never changes; write for example `$B > 3`"
    if kind == "threshold":
        return thresholds.fault(model, condition)
    return _reduce_fault(model) if kind == "reduce" else _resample_fault(model)


def _unknown(kind: Any) -> str:
    why = _REFUSED.get(str(kind), f"an expression of type {kind!r} is unknown")
    return f"{why}; write {', '.join(KINDS[:-1])} or {KINDS[-1]}"


def _source(model: Mapping[str, Any]) -> str:
    source = model.get("expression")
    if not isinstance(source, str):
        return str(source)
    return source if model["type"] == "threshold" else source.removeprefix("$")


def _math(text: str) -> Expression:
    tree = mathsyntax.parse(text)
    return Expression(tuple(mathsyntax.variables(tree)), lambda of, _: matheval.calculate(tree, of))


def _reduce(ref: str, model: Mapping[str, Any]) -> Expression:
    settings = model.get("settings") or {}
    mode, replacement = settings.get("mode", ""), settings.get("replaceWithValue")
    of_values = reducers.reducer(_reducer_name(model), mode, replacement)

    def run(of: Mapping[str, Outcome], _: Moment) -> Outcome:
        source = of[ref]
        if is_series(source):
            return [Number(labels, of_values(values)) for labels, values, _ in source]
        if is_numbers(source):  # they are reduced already: no reducer, but the mode
            return [
                Number(labels, kept)
                for labels, value in source
                for kept in reducers.keep(mode, replacement, value)
            ]
        return []

    return Expression((ref,), run, ref)


def _reducer_name(model: Mapping[str, Any]) -> str:
    return str(model.get("reducer")).lower()  # Grafana lowers it


def _threshold(ref: str, model: Mapping[str, Any]) -> Expression:
    crossed = thresholds.threshold(model)
    if not thresholds.recovers(model):
        return Expression((ref,), lambda of, _: _thresholded(of[ref], crossed), ref)
    holds = thresholds.unless_unloaded(model)

    def run(of: Mapping[str, Outcome], moment: Moment) -> Outcome:
        fresh: Any = [item for item in of[ref] if item.labels not in moment.loaded]
        kept: Any = [item for item in of[ref] if item.labels in moment.loaded]
        both: Any = (*_thresholded(fresh, crossed), *_thresholded(kept, holds))
        return both  # type: ignore[no-any-return] # both of the one kind that they came from

    return Expression((ref,), run)


def _thresholded(source: Outcome, crossed: Callable[[float], bool]) -> Outcome:
    if is_series(source):
        return [
            Frame(labels, tuple(None if v is None else float(crossed(v)) for v in values), times)
            for labels, values, times in source
        ]
    if is_numbers(source):
        return [
            Number(labels, None if value is None else 1.0 if crossed(value) else 0.0)
            for labels, value in source
        ]
    return []


def _resample(ref: str, model: Mapping[str, Any], span: Range | None) -> Expression:
    if span is None:
        raise ValueError(_NO_SPAN)
    step = round(window(str(model.get("window"))).total_seconds() * 1000)
    down, up = model["downsampler"], model["upsampler"]

    def run(of: Mapping[str, Outcome], moment: Moment) -> Outcome:
        at = round(moment.now.timestamp() * 1000)
        since, until = at - span.since * 1000, at - span.until * 1000
        source = of[ref]
        if is_numbers(source):
            raise ValueError(f"{ref} is numbers, and only series can be resampled")
        return [resample(item, step, down, up, since, until) for item in source if isinstance(item, Frame)]

    return Expression((ref,), run)


_NO_SPAN = "a resample needs a time range of its own; write `relativeTimeRange: {from: 600, to: 0}`"


def _reduce_fault(model: Mapping[str, Any]) -> str | None:
    if _reducer_name(model) not in reducers.REDUCERS:
        return f"the reducer {model.get('reducer')!r} is unknown; write one of {', '.join(reducers.REDUCERS)}"
    settings = model.get("settings") or {}
    if not isinstance(settings, dict):
        return "the settings are no map; write for example `settings: {mode: dropNN}`"
    mode = settings.get("mode", "")
    if mode not in reducers.MODES:
        return f"the mode {mode!r} is refused; write dropNN or replaceNN, or no mode for strict"
    if mode == "replaceNN" and not thresholds.is_number(settings.get("replaceWithValue")):
        return "replaceNN has no number; write `replaceWithValue: 0`"
    return None


def _resample_fault(model: Mapping[str, Any]) -> str | None:
    try:
        if not window(str(model.get("window"))):
            return "the window of a resample may not be 0; write for example `window: 1m`"
    except ValueError as wrong:
        return f"the window of a resample: {wrong}"
    for key, known in (("downsampler", reducers.DOWNSAMPLERS), ("upsampler", UPSAMPLERS)):
        if model.get(key) not in known:
            return f"the {key} {model.get(key)!r} is unknown; write one of {', '.join(known)}"
    return None
