"""How much of a span of play lies outside the allowed hours: pure, in seconds of the server's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.clock import LOCAL

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = 86_400
_OFFSET = int(LOCAL.utcoffset(None).total_seconds())

# [open, close) in minutes of the local day; None where no rule is known for that day.
Windows = tuple[tuple[int, int], ...] | None


def local_day(epoch: int) -> int:
    """Days since 1970-01-01 on the province's calendar."""
    return (epoch + _OFFSET) // DAY


def after_hours(end: int, seconds: int, windows: Callable[[int], Windows]) -> int | None:
    """Seconds of [end - seconds, end) outside the windows of their days; `windows` maps a local day.

    None where a day that the span touches has no known rule: no verdict is better than a guess.
    """
    start = end - seconds
    inside = 0
    for day in range(local_day(start), local_day(max(start, end - 1)) + 1):
        allowed = windows(day)
        if allowed is None:
            return None
        for window in allowed:
            opens, closes = absolute(day, window)
            inside += max(0, min(end, closes) - max(start, opens))
    return seconds - inside


def absolute(day: int, window: tuple[int, int]) -> tuple[int, int]:
    """A window of a local day in epoch seconds."""
    midnight = day * DAY - _OFFSET
    return midnight + window[0] * 60, midnight + window[1] * 60
