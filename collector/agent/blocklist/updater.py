"""The thread that follows the site's offer: waits its turn, fetches, puts the new list in force."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector.agent.blocklist.fetch import FetchError
from collector.agent.blocklist.layout import DamagedError

if TYPE_CHECKING:
    from random import Random

    from collector.agent.blocklist.current import Current
    from collector.agent.blocklist.fetch import Fetcher
    from collector.wire import Offer

log = logging.getLogger(__name__)

NAME_LENGTH = 32  # hexadecimal digits of the SHA-256 that name a list's file


@dataclass(frozen=True)
class Pace:
    """`spread`: all PCs of a province hear of a list at once, and fetch it within so many seconds."""

    spread: float = 600.0
    retry_first: float = 60.0
    retry_longest: float = 3600.0


class Updater:
    """`offer` may be called by any thread; `run` is the thread's body, until `stop` is called."""

    def __init__(self, current: Current, fetcher: Fetcher, random: Random, pace: Pace = Pace()) -> None:
        self._current = current
        self._fetcher = fetcher
        self._random = random
        self._pace = pace
        self._wake = threading.Condition()
        self._offer: Offer | None = None
        self._stopped = False
        self.fault = ""  # why the offered list is not in force; no name and no address stands in it

    def offer(self, offer: Offer) -> None:
        """What the site offers now; an offer heard again changes nothing."""
        with self._wake:
            if offer != self._offer:
                self._offer = offer
                self._wake.notify_all()

    def stop(self) -> None:
        """Let `run` end; the fetcher's own event ends a transfer."""
        with self._wake:
            self._stopped = True
            self._wake.notify_all()

    def run(self) -> None:
        done: Offer | None = None
        while (offer := self._next(done)) is not None:
            done = offer
            self.fault = ""
            if offer.sha256[:NAME_LENGTH] != self._current.name:
                self._follow(offer)

    def _follow(self, offer: Offer) -> None:
        """Try until the list is in force, the offer is bad or another one has come."""
        wait, longest = self._random.uniform(0, self._pace.spread), self._pace.retry_first
        while not self._interrupted(offer, wait):
            try:
                self._current.take(self._fetcher.fetch(offer), offer.sha256[:NAME_LENGTH])
            except (FetchError, DamagedError, OSError) as fault:
                self.fault = str(fault)
                log.warning("blocklist not fetched: %s", fault)
                if isinstance(fault, DamagedError) or (isinstance(fault, FetchError) and fault.permanent):
                    return
            else:
                self.fault = ""
                log.info("blocklist in force: version %s", self._current.version)
                return
            wait = self._random.uniform(longest / 2, longest)
            longest = min(longest * 2, self._pace.retry_longest)

    def _next(self, done: Offer | None) -> Offer | None:
        """Wait for an offer that is not done; None when stopped."""
        with self._wake:
            self._wake.wait_for(lambda: self._stopped or self._offer != done)
            return None if self._stopped else self._offer

    def _interrupted(self, offer: Offer, wait: float) -> bool:
        """Wait so many seconds; True at once when stopped or when the offer holds no more."""
        with self._wake:
            return self._wake.wait_for(lambda: self._stopped or self._offer != offer, wait)
