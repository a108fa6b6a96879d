"""Violations as they are kept for years: one point an episode, made of the points of its minutes. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector import schema
from collector.lineprotocol import Point

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from collector.influx import Series
    from collector.lineprotocol import Value

EPISODE = schema.BY_NAME["episode"]
TAGS = EPISODE.tag_names


@dataclass
class _Episode:
    lasted: int = 0
    ended: int = 0
    most: float | None = None

    def take(self, since: int, firing: int, value: float | None) -> None:
        self.lasted = max(self.lasted, since)
        self.ended = max(self.ended, 1 - firing)
        if value is not None:
            self.most = value if self.most is None else max(self.most, value)


class Episodes:
    """Take the minutes of a stretch of time in any order and any portions, then ask for the points."""

    def __init__(self) -> None:
        self._found: defaultdict[tuple[tuple[str, ...], int], _Episode] = defaultdict(_Episode)

    def take(self, series: Iterable[Series]) -> None:
        """A series a violation's tags: `firing`, `since` and `value` of its minutes."""
        for one in series:
            key = tuple(one.tags.get(name) or "" for name in TAGS)
            for time, firing, since, value in one.rows:
                if firing is not None and since is not None:
                    self._found[key, time // 1000 - since].take(since, firing, value)

    def points(self) -> list[Point]:
        """Stamped with the beginning, in order: the same minutes give the same points."""
        return [self._point(key, began, found) for (key, began), found in sorted(self._found.items())]

    @staticmethod
    def _point(key: tuple[str, ...], began: int, found: _Episode) -> Point:
        tags: Mapping[str, str] = {name: text for name, text in zip(TAGS, key, strict=True) if text}
        fields: dict[str, Value] = {"lasted": found.lasted, "ended": found.ended}
        if found.most is not None:
            fields["most"] = float(found.most)
        return Point(EPISODE.name, tags, fields, began)
