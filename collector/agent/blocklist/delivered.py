"""The list that the site offers: heard of through the broker, fetched in a thread of its own."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from collector.agent.blocklist.current import Current
from collector.agent.blocklist.fetch import Fetcher
from collector.agent.blocklist.updater import Pace, Updater
from collector.wire import BLOCKLIST

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from random import Random

    from collector.agent.blocklist.lookup import Hit
    from collector.clock import Clock
    from collector.wire import Offer


class Delivered:
    """In force is what was last fetched whole, over a restart as well; before the first offer, nothing."""

    def __init__(self, folder: Path, ca_file: Path | None, clock: Clock, random: Random, pace: Pace) -> None:
        self._stop = threading.Event()
        self._current = Current(folder)
        self._updater = Updater(self._current, Fetcher(folder, ca_file, clock, self._stop), random, pace)
        self._thread = threading.Thread(target=self._updater.run, name="blocklist", daemon=True)

    @property
    def in_force(self) -> bool:
        return bool(self._current.version)

    def match(self, name: str) -> Hit | None:
        return self._current.match(name)

    def renew(self) -> None:
        """Nothing to do: the thread puts a new list in force as it comes."""

    def hear(self, offers: Mapping[str, Offer]) -> None:
        """The site's manifest. An offer that is missing takes nothing away."""
        offer = offers.get(BLOCKLIST)
        if offer is not None:
            self._updater.offer(offer)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End a transfer where it stands; the part that is there is used the next time."""
        self._stop.set()
        self._updater.stop()
        self._thread.join()
