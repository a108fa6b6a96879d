"""A series on a new grid of times, as Grafana's resample makes it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from alerts import duration
from alerts.engine.frames import Frame
from alerts.engine.reducers import REDUCERS

if TYPE_CHECKING:
    from alerts.engine.reducers import Value

UPSAMPLERS = ("pad", "backfilling", "fillna")
_LONG = {"d": 86_400, "w": 604_800, "M": 2_629_746, "y": 31_556_952}  # gtime's month and year are mean ones
_ONE = re.compile(r"([0-9]+)([dwMy])")


def window(text: str) -> timedelta:
    """As Grafana's gtime reads it: one count of days, weeks, months or years, or a duration of Go."""
    match = _ONE.fullmatch(text)
    return timedelta(seconds=int(match[1]) * _LONG[match[2]]) if match else duration.parse(text)


def resample(frame: Frame, step: int, down: str, up: str, since: int, until: int) -> Frame:
    """Points each `step` milliseconds from `since` to `until`: of the values up to each since the one before
    it, `down` makes one; where there are none, `up` says what stands there.
    """
    count = (until - since) // step
    if count <= 0:
        raise ValueError("the series cannot be resampled: its time range is shorter than the window")
    if len(frame.times) != len(frame.values):
        raise ValueError("the series cannot be resampled: its points have no times")
    taken, last = 0, None
    times = [since + k * step for k in range(count + 1)]
    values: list[Value] = []
    for time in times:
        first = taken
        while taken < len(frame.values) and frame.times[taken] <= time:
            taken += 1
        bucket = frame.values[first:taken]
        if bucket:
            last = bucket[-1]
            values.append(bucket[0] if len(bucket) == 1 else REDUCERS[down](bucket))
        elif up == "backfilling":
            values.append(frame.values[taken] if taken < len(frame.values) else None)
        else:
            values.append(last if up == "pad" else None)
    return Frame(frame.labels, tuple(values), tuple(times))
