"""Durations in Prometheus' form, the one that Grafana's files use: 5m, 1h30m."""

from __future__ import annotations

import re
from datetime import timedelta

_SECONDS = {"y": 31_536_000, "w": 604_800, "d": 86_400, "h": 3600, "m": 60, "s": 1}
_UNITS = (*_SECONDS, "ms")

# What an editor is told of it.
SCHEMA = {
    "type": "string",
    "pattern": r"^(?=.)(0|([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)$",
    "examples": ["5m", "1h30m"],
}
_FORM = re.compile("".join(f"(?:([0-9]+){unit})?" for unit in _UNITS))


def parse(text: str) -> timedelta:
    """ValueError says what is wrong, and what to write."""
    match = _FORM.fullmatch(text)
    if text == "0":
        return timedelta()
    if match is None or not text:
        raise ValueError(f"{text!r} is no duration; write for example 5m, 1h or 1h30m")
    try:
        return sum((_part(n, unit) for n, unit in zip(match.groups(), _UNITS, strict=True) if n), timedelta())
    except OverflowError:
        raise ValueError(f"{text!r} is too long a time; write for example 5m") from None


def show(duration: timedelta) -> str:
    """The shortest spelling in days, hours, minutes, seconds and milliseconds."""
    rest = round(duration / timedelta(milliseconds=1))
    parts = []
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def _part(digits: str, unit: str) -> timedelta:
    if unit == "ms":
        return timedelta(milliseconds=int(digits))
    return timedelta(seconds=int(digits) * _SECONDS[unit])
