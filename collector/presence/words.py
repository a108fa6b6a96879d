"""What the agents last said of themselves to the broker: online, closing, or lost by their wills."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from collector import wire

if TYPE_CHECKING:
    from collector.clock import Clock
    from collector.presence.facts import Key

log = logging.getLogger(__name__)


class Words:
    """Told by the network's thread, read by the one that judges. What a broker forgets stays known here."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._last: dict[Key, tuple[str, int]] = {}

    def told(self, topic: str, payload: bytes) -> None:
        """A status, new or retained, until the PC says otherwise."""
        try:
            venue, pc, _ = wire.parse_topic(topic)
            state = str(wire.decode_status(payload)["state"])
        except wire.WireError as fault:
            # Its words quote the payload, which may hold anything.
            log.warning("a status that cannot be read", extra={"reason": fault.reason})
            return
        with self._lock:
            self._last[venue, pc] = state, int(self._clock.wall().timestamp())

    def last(self) -> dict[Key, tuple[str, int]]:
        """Of each PC the state, and when it came in epoch seconds."""
        with self._lock:
            return dict(self._last)
