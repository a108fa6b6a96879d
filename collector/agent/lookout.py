"""Where everything that is seen of names comes together, and from where each sensor takes it."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from collector.agent.blindness.evidence import View
from collector.agent.observation import Contact, Lookup

if TYPE_CHECKING:
    from collections.abc import Callable

    from collector.agent.sights import Observation
    from collector.clock import Clock

RECENT = 2000  # lookups, and as many contacts, that are kept for who judges blindness


@dataclass(frozen=True)
class State:
    """How an observer fares. `lost` counts from its construction; no text holds a name that was seen."""

    running: bool = False
    permitted: bool = True
    since: float = 0.0
    lost: int = 0
    complaint: str = ""


class Observer(Protocol):
    """Looks in a thread of its own, and outlives whatever it sees."""

    name: str
    whole: bool
    """It sees packets; otherwise only what goes through the system's resolver."""

    def start(self, take: Callable[[Observation], None]) -> None:
        """Begin to look, or begin again; nothing where it runs. Never an exception: `state` says why not."""
        ...

    def stop(self) -> None: ...

    def state(self) -> State: ...


class Lookout:
    """Hands each observation to all who listen. What it keeps never leaves the PC."""

    def __init__(
        self,
        observers: tuple[Observer, ...],
        clock: Clock,
        owner: Callable[[Observation], str] = lambda seen: seen.process,
        own: Callable[[str], bool] = lambda address: True,  # noqa: ARG005 - all are, by default
    ) -> None:
        self.observers = observers
        self.clock = clock
        self.owner = owner
        """Names the process behind an observation; asked only for what is on the list."""
        self.own = own
        """Knows the PC's addresses; asked as rarely."""
        self._listeners: tuple[Callable[[Observation], None], ...] = ()
        self._lock = threading.Lock()
        self._lookups: deque[Lookup] = deque(maxlen=RECENT)
        self._contacts: deque[Contact] = deque(maxlen=RECENT)
        self._events = 0

    def listen(self, take: Callable[[Observation], None]) -> None:
        self._listeners += (take,)

    def look(self) -> None:
        """Start whoever does not look; asked at every sample, so that what stopped begins again."""
        for observer in self.observers:
            observer.start(self.take)

    def stop(self) -> None:
        for observer in self.observers:
            observer.stop()

    def take(self, seen: Observation) -> None:
        with self._lock:
            if isinstance(seen, Lookup):
                self._events += 1
                self._lookups.append(seen)
            elif isinstance(seen, Contact):
                self._events += 1
                self._contacts.append(seen)
        for listener in self._listeners:
            listener(seen)

    def view(self) -> View:
        """The best observer's state, and what all saw of late."""
        states = [(observer, observer.state()) for observer in self.observers]
        running = [(o, s) for o, s in states if s.running]
        with self._lock:
            events, lookups, contacts = self._events, tuple(self._lookups), tuple(self._contacts)
        return View(
            running=bool(running),
            permitted=all(s.permitted for _, s in states),
            whole=any(o.whole for o, _ in running),
            since=min((s.since for _, s in running), default=0.0),
            events=events,
            lost=sum(s.lost for _, s in states),
            lookups=lookups,
            contacts=contacts,
            complaint="; ".join(s.complaint for _, s in states if s.complaint),
        )
