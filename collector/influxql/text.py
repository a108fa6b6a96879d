"""What every InfluxQL text is put together from: quoting, macros, conditions."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

# Grafana puts the dashboard's or the rule's time range here; both ends are included.
TIME = "$timeFilter"

# What "now" means on a board and in a check: presence writes each minute, games come each 30 seconds.
RECENT = "time > now() - 3m"

# A sample's `play` is at most a day (schema), so this makes 1 of any play and 0 of none.
DAY = 86_400.0

# A line of `blind` without a reason says that nothing was hidden.
BLIND = "\"reason\" != 'none'"

# A condition that any point meets, where a query wants one.
ANY = "time > 0"

# A sample of `games` without a game says that the PC was seen; it is no game.
PLAYED = "\"game\" != 'none'"


def ident(name: str) -> str:
    """A measurement's, tag's or field's name in double quotes."""
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def string(value: str) -> str:
    """A text in single quotes. ValueError for a line break, which no escape carries through."""
    if "\n" in value:
        raise ValueError("a line break cannot stand in an InfluxQL text")
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def any_of(name: str, values: Iterable[str]) -> str:
    """A condition: a tag or a field of text is one of these."""
    found = " OR ".join(f"{ident(name)} = {string(value)}" for value in values)
    return f"({found})"


def moment(at: datetime) -> str:
    """The form that all generations of InfluxDB read, in single quotes. `at` is aware."""
    return string(at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))


def matches(tag: str, variable: str) -> str:
    """A condition on a tag by a dashboard variable: the only form that All and several values survive."""
    return f"{ident(tag)} =~ /^${variable}$/"


def tag_values(measurement: str, tag: str) -> str:
    return f"SHOW TAG VALUES FROM {ident(measurement)} WITH KEY = {ident(tag)}"


def names(tags: tuple[str, ...]) -> str:
    return ", ".join(map(ident, tags))
