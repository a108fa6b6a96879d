"""When a rule would fire if its condition began at some moment: an example, in whole evaluations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from alerts import duration
from alerts.cadence import CADENCES
from alerts.rule import SETTLE
from collector.clock import LOCAL, midnight
from collector.schema import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from alerts.daytime import Window
    from alerts.policy import Policy
    from alerts.rule import AlertContext

NOON = time(15, 0)
_SECOND = timedelta(seconds=1)
_AFTER = timedelta(minutes=15)  # it goes on for as long after it has fired
_BEFORE = timedelta(minutes=2)


@dataclass(frozen=True)
class Timeline:
    """`begin` is when somebody begins, `first` the first point that counts; `true`, `fires` and `ends` are evaluations.

    `stop`: the last point. `closing` is given where hours matter.
    """

    begin: datetime
    first: datetime
    true: datetime
    fires: datetime
    stop: datetime
    ends: datetime | None
    closing: datetime | None = None


def of(
    policy: Policy, context: AlertContext, day: date, windows: tuple[Window, ...] | None
) -> Timeline | None:
    """None where it would never fire. `windows`: the opening hours of the day, where the policy is about them."""
    step = timedelta(seconds=CADENCES[policy.flags.measurement].every or 60)
    closing = None
    first = datetime.combine(day, NOON, LOCAL)
    if windows is not None:
        closing = midnight(day) + timedelta(minutes=max(end for _, end in windows))
        first = closing + step  # the sample at closing time itself ends with the last allowed second
    begin = first if closing is None else closing - _BEFORE
    if policy.threshold.absent:
        return _absent(policy, context, first)
    true, fires = _reached(policy, context, first, step)
    if true is None or fires is None:
        return None
    stop = fires + _AFTER
    ends = next(
        (now for now in _evaluations(context, stop) if not _true(policy, now, first, stop, step)), None
    )
    return Timeline(begin, first, true, fires, stop, ends, closing)


def _absent(policy: Policy, context: AlertContext, last: datetime) -> Timeline:
    gone = last + SETTLE + policy.threshold.over
    true = next(now for now in _evaluations(context, last) if now >= gone)
    return Timeline(last, last, true, true + context.lasting(policy), last, None)


def _reached(
    policy: Policy, context: AlertContext, first: datetime, step: timedelta
) -> tuple[datetime | None, datetime | None]:
    true = None
    for now in _evaluations(context, first):
        if now > first + 2 * (policy.threshold.over + context.lasting(policy)) + timedelta(hours=1):
            break
        if not _true(policy, now, first, now, step):
            true = None
            continue
        true = true or now
        if now - true >= context.lasting(policy):
            return true, now
    return None, None


def _true(policy: Policy, now: datetime, first: datetime, last: datetime, step: timedelta) -> bool:
    """With points from `first` to `last`, of as many seconds as lie between two where the field counts seconds."""
    threshold = policy.threshold
    start, end = max(first, now - SETTLE - threshold.over + _SECOND), min(last, now - SETTLE)
    begin = -(-(start - first) // step)
    seen = max(0, (end - first) // step - begin + 1)
    if threshold.aggregate == "count":
        return seen >= threshold.least
    if threshold.aggregate == "sum":
        unit = BY_NAME[policy.flags.measurement].field(policy.flags.field).unit
        return seen * (step.total_seconds() if unit == "s" else 1) >= threshold.least
    return seen > 0


def _evaluations(context: AlertContext, start: datetime) -> Iterator[datetime]:
    every = duration.parse(context.every)
    now = start - timedelta(seconds=start.timestamp() % every.total_seconds())
    while True:
        yield now
        now += every
