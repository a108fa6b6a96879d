"""What still has to leave: notices to be sent and lines to be written, kept in order until they have left."""

from __future__ import annotations

import logging
from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING

from alerts.relay.transport import DeliveryError
from collector.influx import Refused, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from alerts.engine.dispatch import Notification
    from collector.influx import Influx

log = logging.getLogger(__name__)

MOST_NOTICES = 1000
MOST_LINES = 50_000
BATCH = 5000
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=5)


class Outbox:
    """Notices in order. One that fails holds the others up: the server that refused it is theirs too."""

    def __init__(self, send: Callable[[Notification], None], waiting: Iterable[Notification] = ()) -> None:
        self._send = send
        self.waiting = deque(waiting)
        self._pause = FIRST_PAUSE
        self._not_before: datetime | None = None
        self.dropped = 0

    def put(self, notifications: Iterable[Notification]) -> None:
        self.waiting.extend(notifications)
        while len(self.waiting) > MOST_NOTICES:
            self._drop(self.waiting.popleft(), "too many wait")

    def flush(self, now: datetime) -> None:
        """Send what waits, until one fails; then pause, longer each time."""
        if self._not_before is not None and now < self._not_before:
            return
        while self.waiting:
            try:
                self._send(self.waiting[0])
            except DeliveryError as fault:
                if fault.permanent:
                    self._drop(self.waiting.popleft(), str(fault))
                    continue
                self._wait(now, fault)
                return
            self.waiting.popleft()
            if self._not_before is not None:
                log.info("notices are sent again, %d still wait", len(self.waiting))
            self._not_before, self._pause = None, FIRST_PAUSE

    def _wait(self, now: datetime, fault: DeliveryError) -> None:
        if self._not_before is None:
            log.warning("a notice cannot be sent, it is kept and tried again: %s", fault)
        self._not_before = now + self._pause
        self._pause = min(2 * self._pause, LONGEST_PAUSE)

    def _drop(self, notification: Notification, reason: str) -> None:
        self.dropped += 1
        ids = {name: value for name, value in notification.group if name in {"policy", "venue", "pc"}}
        log.error("a notice is given up (%d so far): %s", self.dropped, reason, extra=ids)


class Lines:
    """Points in order; they carry their time, so that a late write says the same."""

    def __init__(self, influx: Influx, waiting: Iterable[str] = ()) -> None:
        self._influx = influx
        self.waiting = deque(waiting)
        self._failing = False
        self.dropped = 0

    def put(self, line: str) -> None:
        self.waiting.append(line)
        if len(self.waiting) > MOST_LINES:
            self.waiting.popleft()
            self._drop(1, "too many wait")

    def flush(self) -> None:
        while self.waiting:
            batch = [self.waiting[i] for i in range(min(BATCH, len(self.waiting)))]
            try:
                self._influx.write(batch)
            except Unavailable as fault:
                if not self._failing:
                    log.warning("violations cannot be written, they are kept: %s", fault)
                self._failing = True
                return
            except Refused as fault:
                self._drop(len(batch), str(fault))
            for _ in batch:
                self.waiting.popleft()
            if self._failing:
                log.info("violations are written again")
            self._failing = False

    def _drop(self, count: int, reason: str) -> None:
        self.dropped += count
        log.error("points of violations are lost: %d (%d so far): %s", count, self.dropped, reason)
