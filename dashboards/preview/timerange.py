"""A board's time range: Grafana's words for it, the macros it puts into a query, and the interval."""

from __future__ import annotations

import re
from dataclasses import dataclass

from collector.influxql import TIME

RANGES = {"15m": 900, "1h": 3600, "6h": 21_600, "24h": 86_400, "7d": 604_800}
LONGEST = 31 * 86_400  # seconds; a longer range would ask too much of the database
POINTS = 400  # a panel's width in points, where the panel does not say

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_RELATIVE = re.compile(r"now(?:-([0-9]{1,6})([smhdw]))?(?:/(m))?")
_EPOCH = re.compile(r"[0-9]{12,14}")
# What an interval is rounded to, in seconds; Grafana's own ladder from a second to a day.
_LADDER = (
    1,
    2,
    5,
    10,
    15,
    20,
    30,
    60,
    120,
    300,
    600,
    900,
    1200,
    1800,
    3600,
    7200,
    10_800,
    21_600,
    43_200,
    86_400,
)


@dataclass(frozen=True)
class Range:
    """Epoch milliseconds, both ends included; `words` are the two texts it was made from."""

    start: int
    end: int
    words: tuple[str, str]


def parse(words: tuple[str, str], now: float) -> Range:
    """Epoch milliseconds or `now-6h/m`. ValueError for anything else, and for a range that is none."""
    start, end = _moment(words[0], now, up=False), _moment(words[1], now, up=True)
    if not 0 < end - start <= LONGEST * 1000 + 120_000:
        raise ValueError(f"no time range: {words[0]} to {words[1]}")
    return Range(start, end, words)


def quick(name: str) -> tuple[str, str]:
    """The range of a name of RANGES, in whole minutes as the boards' own."""
    return f"now-{name}/m", "now-1m/m"


def named(words: tuple[str, str]) -> str:
    """The name of RANGES that a range has; empty where it has none."""
    return next((name for name in RANGES if words in {quick(name), (f"now-{name}", "now")}), "")


def interval(span: Range, least: str, points: int | None) -> int:
    """Seconds of `$__interval`: what gives each point of the panel one value, and never below `least`."""
    wanted = (span.end - span.start) / 1000 / (points or POINTS)
    rounded = next((step for step in _LADDER if step * 1.25 >= wanted), _LADDER[-1])
    return max(rounded, duration(least) if least else 1)


def duration(text: str) -> int:
    """Seconds of `30s`, `1m`. ValueError for anything else."""
    match = re.fullmatch(r"([0-9]{1,6})([smhdw])", text)
    if match is None:
        raise ValueError(f"no duration: {text}")
    return int(match[1]) * _SECONDS[match[2]]


def fill(query: str, span: Range, seconds: int) -> str:
    """Grafana's macros, in the order in which its backend replaces them."""
    return (
        query.replace(TIME, f"time >= {span.start}ms and time <= {span.end}ms")
        .replace("$__interval_ms", str(seconds * 1000))
        .replace("$__interval", _largest_unit(seconds))
    )


def _moment(text: str, now: float, *, up: bool) -> int:
    if _EPOCH.fullmatch(text):
        return int(text)
    match = _RELATIVE.fullmatch(text)
    if match is None:
        raise ValueError(f"no moment: {text[:40]}")
    seconds = now - (int(match[1]) * _SECONDS[match[2]] if match[1] else 0)
    if not match[3]:
        return int(seconds * 1000)
    minute = int(seconds // 60) * 60_000
    return minute + 59_999 if up else minute


def _largest_unit(seconds: int) -> str:
    for unit in ("d", "h", "m"):
        if seconds >= _SECONDS[unit]:
            return f"{seconds // _SECONDS[unit]}{unit}"
    return f"{seconds}s"
