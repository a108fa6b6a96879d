"""What all observers see reaches all who listen, and the judges of blindness get one view of it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from collector.agent import lookout
from collector.agent.lookout import Lookout, State
from collector.agent.observation import Contact, Lookup
from collector.agent.sights import Connection
from collector.clock import FrozenClock

CLOCK = FrozenClock(datetime(2026, 3, 2, tzinfo=UTC))
LOOKUP = Lookup(("a.test",), (), None, 1.0)
CONTACT = Contact("a.test", "192.0.2.7", 443, None, ech=False, transport="tls", at=1.0)


class Fake:
    """An observer with a state that a test gives it."""

    def __init__(self, name: str, state: State, *, whole: bool = True) -> None:
        self.name, self.whole, self._state = name, whole, state
        self.started = 0
        self.take: Callable[[Any], None] | None = None

    def start(self, take: Callable[[Any], None]) -> None:
        self.started += 1
        self.take = take

    def stop(self) -> None:
        self.started = 0

    def state(self) -> State:
        return self._state


def test_every_observation_reaches_every_listener() -> None:
    here = Lookout((), CLOCK)
    first: list[Any] = []
    second: list[Any] = []
    here.listen(first.append)
    here.listen(second.append)
    for seen in (LOOKUP, CONTACT, Connection("192.0.2.7", 443, ("10.0.0.5", 1), 1.0)):
        here.take(seen)
    assert first == second
    assert len(first) == 3
    assert here.view().events == 2
    assert (here.view().lookups, here.view().contacts) == ((LOOKUP,), (CONTACT,))


def test_each_look_starts_whoever_stopped() -> None:
    one, two = Fake("one", State()), Fake("two", State())
    here = Lookout((one, two), CLOCK)
    here.look()
    here.look()
    assert (one.started, two.started) == (2, 2)
    here.stop()
    assert (one.started, two.started) == (0, 0)


RUNS = State(running=True, since=5.0, lost=2)
REFUSED = State(permitted=False, complaint="Operation not permitted")


@pytest.mark.parametrize(
    ("packets", "monitor", "expected"),
    [
        (RUNS, RUNS, (True, True, True, 4, "")),
        (RUNS, State(), (True, True, True, 2, "")),
        (REFUSED, RUNS, (True, False, False, 2, "Operation not permitted")),
        (REFUSED, State(), (False, False, False, 0, "Operation not permitted")),
        (State(complaint="OSError"), State(complaint="ended"), (False, True, False, 0, "OSError; ended")),
    ],
)
def test_the_view_is_that_of_the_best_observer(
    packets: State, monitor: State, expected: tuple[bool, bool, bool, int, str]
) -> None:
    view = Lookout((Fake("packets", packets), Fake("monitor", monitor, whole=False)), CLOCK).view()
    assert (view.running, view.permitted, view.whole, view.lost, view.complaint) == expected


def test_what_is_kept_is_bounded() -> None:
    here = Lookout((), CLOCK)
    for _ in range(lookout.RECENT + 10):
        here.take(LOOKUP)
        here.take(CONTACT)
    view = here.view()
    assert (len(view.lookups), len(view.contacts)) == (lookout.RECENT, lookout.RECENT)
    assert view.events == 2 * (lookout.RECENT + 10)
