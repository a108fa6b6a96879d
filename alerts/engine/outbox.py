"""Letters to people: kept in order until they have left, each receiver's apart from the others'."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from alerts.engine.contacts import Receiver
from alerts.engine.dispatch import Notification
from alerts.relay.transport import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

log = logging.getLogger(__name__)

MOST = 1000
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=5)

Sender = Callable[[Notification], None]  # DeliveryError where it cannot
Senders = Callable[[Receiver], Sender | None]  # None: `watch` has no such way


@dataclass(frozen=True)
class Letter:
    """A notification on its way out: by `channel` (email) to the receiver of this uid."""

    uid: str
    channel: str
    composed: datetime
    notification: Notification


@dataclass(frozen=True)
class Waiting:
    """A channel's letters, for the books."""

    channel: str
    count: int
    oldest: timedelta
    given_up: int


@dataclass
class _Lane:
    """What is known of one receiver: one that fails is tried again ever more rarely."""

    pause: timedelta = FIRST_PAUSE
    not_before: datetime | None = None


class Outbox:
    """Letters in order. One that fails holds up those to the same receiver, and no others."""

    def __init__(self, senders: Senders, waiting: Iterable[Letter] = ()) -> None:
        self._senders = senders
        self.waiting = deque(waiting)
        self._receivers: dict[str, Receiver] = {}
        self._contacts: Mapping[str, tuple[Receiver, ...]] = {}
        self._lanes: dict[str, _Lane] = {}
        self._given_up: dict[str, int] = {}

    def address(self, contacts: Mapping[str, tuple[Receiver, ...]]) -> None:
        """Where the contact points lead from now on, also for what waits already."""
        self._contacts = contacts
        self._receivers = {receiver.uid: receiver for ways in contacts.values() for receiver in ways}
        for receiver in self._receivers.values():
            if self._senders(receiver) is None:
                log.warning("nobody hears of violations by %s (%s): Grafana can", receiver.uid, receiver.type)

    def put(self, notifications: Iterable[Notification], now: datetime) -> None:
        for notification in notifications:
            self.waiting.extend(self._letters(notification, now))
        while len(self.waiting) > MOST:
            self._drop(self.waiting.popleft(), "too many wait")

    def flush(self, now: datetime) -> None:
        """Send what waits; after one that fails its receiver rests, longer each time."""
        held = {uid for uid, lane in self._lanes.items() if lane.not_before and now < lane.not_before}
        kept: deque[Letter] = deque()
        while self.waiting:
            letter = self.waiting[0]
            if letter.uid in held or not self._leaves(letter, now):
                held.add(letter.uid)
                kept.append(letter)
            self.waiting.popleft()
        self.waiting = kept

    def books(self, now: datetime) -> list[Waiting]:
        """A row for each channel that is in use."""
        used = {r.type for r in self._receivers.values() if self._senders(r) is not None}
        used |= {letter.channel for letter in self.waiting} | set(self._given_up)
        return [self._book(channel, now) for channel in sorted(used)]

    def _book(self, channel: str, now: datetime) -> Waiting:
        ours = [letter for letter in self.waiting if letter.channel == channel]
        oldest = now - ours[0].composed if ours else timedelta()
        return Waiting(channel, len(ours), max(oldest, timedelta()), self._given_up.get(channel, 0))

    def _letters(self, notification: Notification, now: datetime) -> Iterator[Letter]:
        """One for each way out that has somebody to tell."""
        for receiver in self._contacts.get(notification.receiver, ()):
            told = replace(notification, resolved=()) if receiver.disable_resolve_message else notification
            if (told.firing or told.resolved) and self._senders(receiver) is not None:
                yield Letter(receiver.uid, receiver.type, now, told)

    def _leaves(self, letter: Letter, now: datetime) -> bool:
        """Whether it waits no longer: it was sent, or given up."""
        receiver = self._receivers.get(letter.uid)
        send = None if receiver is None else self._senders(receiver)
        if send is None:
            self._drop(letter, f"no contact point has a way {letter.uid} any more")
            return True
        lane = self._lanes.setdefault(letter.uid, _Lane())
        try:
            send(letter.notification)
        except DeliveryError as fault:
            if fault.permanent:
                self._drop(letter, str(fault))
            else:
                _rest(lane, letter, now, fault)
            return fault.permanent
        if lane.not_before is not None:
            log.info(
                "notices are sent again, %d still wait", len(self.waiting) - 1, extra={"way": letter.uid}
            )
        lane.not_before, lane.pause = None, FIRST_PAUSE
        return True

    def _drop(self, letter: Letter, reason: str) -> None:
        count = self._given_up.get(letter.channel, 0) + 1
        self._given_up[letter.channel] = count
        group = letter.notification.group
        ids = {name: value for name, value in group if name in {"policy", "venue", "pc"}}
        log.error("a notice is given up (%d so far): %s", count, reason, extra=ids)


def _rest(lane: _Lane, letter: Letter, now: datetime, fault: DeliveryError) -> None:
    if lane.not_before is None:
        log.warning(
            "a notice cannot be sent, it is kept and tried again: %s", fault, extra={"way": letter.uid}
        )
    lane.not_before = now + lane.pause
    lane.pause = min(2 * lane.pause, LONGEST_PAUSE)
