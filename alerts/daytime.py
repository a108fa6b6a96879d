"""Hours of a local day as a person writes them: 22:00-08:00."""

from __future__ import annotations

import re

DAY = 1440  # minutes

Window = tuple[int, int]  # [start, end) in minutes of the local day

# What an editor is told of it.
SCHEMA = {
    "type": "string",
    "pattern": "^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$",
    "examples": ["22:00-08:00"],
}
_WINDOW = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")


def window(text: str, like: str) -> Window:
    """Start and end in minutes of the day; the end may lie before the start, and be 24:00.

    ValueError says what is wrong, and `like` what to write.
    """
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} are no hours of a day; write for example {like}")
    ends = []
    for hour, minute in ((match[1], match[2]), (match[3], match[4])):
        at = int(hour) * 60 + int(minute)
        if int(minute) > 59 or at > DAY:
            raise ValueError(f'"{hour}:{minute}" is no hour of a day; write for example {like}')
        ends.append(at)
    return ends[0], ends[1]


def show(minutes: int) -> str:
    """00:00 to 24:00."""
    return f"{minutes // 60:02}:{minutes % 60:02}"
