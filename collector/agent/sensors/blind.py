"""Why names may have been missed since the last sample: a line a reason that holds, or one that says none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from collector.agent.blindness import resolvers
from collector.agent.blindness.collect import Collector
from collector.agent.blindness.evidence import Wanted
from collector.agent.blindness.judges import judge
from collector.agent.blindness.steady import Steady
from collector.lineprotocol import Point
from collector.problem import as_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from collector.agent.blindness.evidence import Blindness, Sight
    from collector.agent.blocklist.lists import Lists
    from collector.agent.config import Settings
    from collector.agent.platform import Platform
    from collector.clock import Instant

NOTHING = "none"
_NO_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class BlindSensor:
    """Looks at the PC and at the capture, and judges both; names stay in memory."""

    name = "blind"

    def __init__(
        self, sight: Sight, collector: Collector, wanted: Wanted, every: float, lists: Lists
    ) -> None:
        self.every = every
        self._sight = sight
        self._collector = collector
        self._wanted = wanted
        self._lists = lists
        self._steady = Steady()

    @classmethod
    def build(cls, settings: Settings, platform: Platform, lists: Lists) -> BlindSensor:
        known, problems = resolvers.load(resolvers.OWN)
        own, more = (
            (None, []) if settings.blind.resolvers is None else resolvers.load(settings.blind.resolvers)
        )
        if known is None or more:
            raise ValueError(as_text([*problems, *more]))
        known = known if own is None else known.and_(own)
        collector = Collector(platform, platform.surroundings, known)
        wanted = Wanted(frozenset(settings.blind.policies_off))
        return cls(platform.lookout, collector, wanted, settings.interval, lists)

    def sample(self, now: Instant) -> list[Point]:
        self._lists.renew()
        if not self._lists.in_force:
            return []  # without a list there is nothing to be blind to
        self._sight.look()
        seen = judge(self._collector.look(now, self._sight.view()), self._wanted)
        return points(self._steady.take(seen))


def points(said: Iterable[Blindness]) -> list[Point]:
    lines = [
        Point("blind", {"reason": one.reason}, {"blind": 1, "detail": _NO_TEXT.sub("_", one.detail)})
        for one in said
    ]
    return lines or [Point("blind", {"reason": NOTHING}, {"blind": 0, "detail": ""})]
