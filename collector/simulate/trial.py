"""A run of a fleet from the first connection to the last acknowledgement, and what is to be said of it."""

from __future__ import annotations

import math
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from collector.simulate.lies import HONEST
from collector.simulate.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Future

    from collector.clock import Clock
    from collector.simulate.fleet import Fleet
    from collector.simulate.tally import Histogram

TELL_EVERY = 5.0  # seconds
_LOOK_EVERY = 0.2


@dataclass(frozen=True)
class Outcome:
    """`settled_after` None: not all PCs were connected; `drained_after` None: their first backlog was not stored."""

    seconds: float
    settled_after: float | None
    drained_after: float | None
    acknowledged_before: int  # messages, until all were connected
    tallies: Mapping[str, Tally]

    @property
    def honest(self) -> Tally:
        return self.tallies.get(HONEST.name, Tally())

    @property
    def reached(self) -> bool:
        """Whether anybody was ever connected."""
        return any(tally.connects for tally in self.tallies.values())

    @property
    def lost(self) -> int:
        """Messages of honest PCs that nobody has acknowledged; what liars lose they have themselves to blame for."""
        return self.honest.queued + self.honest.dropped

    def as_json(self) -> dict[str, Any]:
        return {
            "seconds": round(self.seconds, 1),
            "settled_after": _rounded(self.settled_after),
            "drained_after": _rounded(self.drained_after),
            "acknowledged_before": self.acknowledged_before,
            "lost": self.lost,
            "honest": self.honest.as_json(),
            "liars": {
                name: tally.as_json() for name, tally in sorted(self.tallies.items()) if name != HONEST.name
            },
        }


@dataclass(frozen=True)
class Trial:
    """`say` shows a line. Times are seconds: `settle` until all are connected, `live` from then on (None: until
    `stop`), `patience` for delivering what they still hold, at the end and, if they begin with a backlog, before.
    """

    fleet: Fleet
    clock: Clock
    stop: threading.Event
    say: Callable[[str], None]
    settle: float
    live: float | None
    patience: float

    def run(self) -> Outcome:
        """ValueError where one process cannot hold so many PCs."""
        fleet, enough = self.fleet, threading.Event()
        begun = self.clock.monotonic()
        with ThreadPoolExecutor(1, "fleet") as pool:
            running = pool.submit(fleet.run, enough)
            wait = Waiting(self, running)
            try:
                wait.until(lambda: fleet.settled_after is not None, self.settle)
                if fleet.settled_after is not None:
                    self.say(f"all {len(fleet.pcs)} PCs were connected after {fleet.settled_after:.1f} s")
                wait.until(lambda: False, self.live)
                wait.until(lambda: fleet.drained_after is not None, self.patience)
                fleet.sampling = False
                wait.until(lambda: not fleet.count()[HONEST.name].queued, self.patience, heed=False)
                tallies = fleet.count()
            finally:
                enough.set()
            running.result()
        since = self.clock.monotonic() - begun
        return Outcome(since, fleet.settled_after, fleet.drained_after, fleet.acknowledged_before, tallies)


class Waiting:
    """What passes the time of a trial: it looks whether something has come about, and tells how it goes."""

    def __init__(self, trial: Trial, running: Future[None]) -> None:
        self._trial = trial
        self._running = running
        self._begun = self._told = trial.clock.monotonic()
        self._acknowledged = 0

    def until(self, come: Callable[[], bool], seconds: float | None, *, heed: bool = True) -> None:
        """Or until the time is up, the fleet has ended, or, where it is heeded, somebody says stop."""
        clock = self._trial.clock
        end = math.inf if seconds is None else clock.monotonic() + seconds
        stop = self._trial.stop if heed else threading.Event()
        while not (stop.is_set() or self._running.done() or come()):
            left = end - clock.monotonic()
            if left <= 0:
                return
            stop.wait(min(_LOOK_EVERY, left))
            if clock.monotonic() >= self._told + TELL_EVERY:
                self._tell(clock.monotonic())

    def _tell(self, now: float) -> None:
        whole = sum(self._trial.fleet.count().values(), Tally())
        rate = (whole.acknowledged - self._acknowledged) / (now - self._told)
        self._told, self._acknowledged = now, whole.acknowledged
        self._trial.say(f"{now - self._begun:6.1f} s  {rate:7.1f}/s  {line(whole)}")


def line(tally: Tally) -> str:
    """A tally for the eye."""
    counts = ("connected", "numbered", "acknowledged", "queued", "resent", "dropped", "disconnects")
    parts = [f"{name} {getattr(tally, name)}" for name in counts]
    for name in ("live", "age", "backlog"):
        kind: Histogram = getattr(tally, name)
        if len(kind):
            parts.append(f"{name} p50 {kind.quantile(0.5):.2f} s p99 {kind.quantile(0.99):.2f} s")
    return ", ".join(parts)


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
