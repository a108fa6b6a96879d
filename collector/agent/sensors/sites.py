"""Listed sites that were looked up or reached since the last sample: a line a domain, or one that says none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from collector.agent.sights import Sights
from collector.lineprotocol import Point

if TYPE_CHECKING:
    from collections.abc import Sequence

    from collector.agent.blocklist.lists import Lists
    from collector.agent.config import Settings
    from collector.agent.lookout import Lookout
    from collector.agent.platform import Platform
    from collector.agent.sights import Seen
    from collector.clock import Instant

NOTHING = "none"
SLOTS = 20  # lines a sample: what a PC may add to the database
TEXT, DOMAIN = 64, 253  # characters, as the schema bounds them
_NO_TAG = re.compile(r"[\s,=\\\"\x00-\x1f\x7f-\x9f]")
_NO_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class SitesSensor:
    """Listens from its first sample on; names are compared as they are seen, and only hits are kept."""

    name = "sites"

    def __init__(self, lookout: Lookout, lists: Lists, every: float) -> None:
        self.every = every
        self._lookout = lookout
        self._lists = lists
        self._sights = Sights(lists.match, lookout.owner, lookout.own)
        lookout.listen(self._sights.take)

    @classmethod
    def build(cls, settings: Settings, platform: Platform, lists: Lists) -> SitesSensor:
        return cls(platform.lookout, lists, settings.interval)

    def sample(self, now: Instant) -> list[Point]:
        self._lists.renew()
        if not self._lists.in_force:
            return []  # nothing is listed: nobody looks, and no zero is claimed
        self._lookout.look()
        return points(*self._sights.drain(now.mono))


def points(seen: Sequence[Seen], more: int) -> list[Point]:
    """A line each of the first twenty; how many more there were stands on the last of them."""
    if not seen:
        return [
            Point(
                "sites", {"category": NOTHING, "grade": NOTHING, "slot": "0"}, {"lookups": 0, "accesses": 0}
            )
        ]
    lines = [_point(slot, one) for slot, one in enumerate(seen[:SLOTS])]
    more += len(seen) - len(lines)
    if more:
        last = lines[-1]
        lines[-1] = Point(last.measurement, last.tags, {**last.fields, "more": more})
    return lines


def _point(slot: int, seen: Seen) -> Point:
    group = seen.group
    return Point(
        "sites",
        {"category": _tag(group.category), "grade": _tag(group.grade), "slot": str(slot)},
        {
            "domain": _text(seen.domain, DOMAIN),
            "source": _text(group.source, TEXT),
            "version": _text(group.version, TEXT),
            "lookups": seen.lookups,
            "accesses": seen.accesses,
            "process": _text(seen.process, TEXT),
        },
    )


# A list's texts and a program's name are others' data: a character that no line can hold must not cost the rest.
def _tag(text: str) -> str:
    return _NO_TAG.sub("_", text)[:TEXT] or "_"


def _text(text: str, longest: int) -> str:
    return _NO_TEXT.sub("_", text)[:longest]
