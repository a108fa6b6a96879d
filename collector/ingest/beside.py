"""Points of `after_hours`: what a message held outside the allowed hours, beside its games and its session.

They are of the same stamp and identity, so that a message sent again overwrites them like its other points.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from collector.schema import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = BY_NAME["after_hours"].name
# Of each measurement that ingest judges by the hours: the field of `after_hours` that takes its seconds.
_FIELDS = {"games": "play", "session": "use"}


@dataclass
class Beside:
    """Of one message, by stamp and field. Most messages hold nothing, and none of these is made for them.

    Of games that ran at the same time the longest counts: seconds of the PC, not of each game.
    """

    _found: dict[int, dict[str, int]] = field(default_factory=dict)

    def add(self, line: str, stamp: int, seconds: int) -> None:
        """`line` is one of `games` or `session`; `seconds` of what it tells lie outside the hours."""
        name = _FIELDS[line.partition(",")[0]]
        found = self._found.setdefault(stamp, {})
        found[name] = max(found.get(name, 0), seconds)

    def lines(self, identity: Callable[[int], str]) -> list[str]:
        """A line for the database for each stamp; `identity` gives the PC's tags at that time, comma first."""
        return [
            f"{NAME}{identity(stamp)} {','.join(f'{k}={v}i' for k, v in sorted(fields.items()))} {stamp}"
            for stamp, fields in self._found.items()
        ]
