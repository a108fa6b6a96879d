"""Whether a person uses the PC, and for how long since the last sample."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from collector.agent.platform import LOCKED, NOBODY, UNKNOWN
from collector.lineprotocol import Point

if TYPE_CHECKING:
    from collector.agent.blocklist.lists import Lists
    from collector.agent.config import Settings
    from collector.agent.platform import Platform, Session
    from collector.clock import Instant
    from collector.lineprotocol import Value

ACTIVE, IDLE = "active", "idle"

LONGEST = 4  # intervals; see games.LONGEST


class SessionSensor:
    """Somebody is at the PC until `idle_after` seconds have passed without a key or a mouse."""

    name = "session"

    def __init__(self, platform: Platform, every: float, idle_after: float) -> None:
        self.every = every
        self._platform = platform
        self._idle_after = idle_after
        self._last: float | None = None

    @classmethod
    def build(cls, settings: Settings, platform: Platform, _lists: Lists) -> SessionSensor:
        return cls(platform, settings.interval, settings.idle_after)

    def sample(self, now: Instant) -> list[Point]:
        session = self._platform.session(now)
        last = now.mono if self._last is None else max(self._last, now.mono - LONGEST * self.every)
        self._last = now.mono
        return [Point(self.name, {}, fields(session, last, now.mono, self._idle_after))]


def fields(session: Session, last: float, now: float, idle_after: float) -> dict[str, Value]:
    """What is unknown is left out: a reader must not take it for a quiet PC."""
    if session.state == NOBODY:
        return {"state": NOBODY, "active": 0}
    if session.state == LOCKED:
        return {"state": LOCKED, "active": 0}
    if session.idle is None or (session.state == UNKNOWN and session.idle >= idle_after):
        return {"state": UNKNOWN}
    # In use until `idle_after` has passed since the last key, but not beyond now.
    until = min(now, now - session.idle + idle_after)
    return {
        "state": ACTIVE if session.idle < idle_after else IDLE,
        "idle": int(session.idle),
        "active": max(0, math.floor(until) - math.floor(last)),
    }
