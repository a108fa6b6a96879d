"""A fleet that lives in a thread beside the test, and what the database holds of it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from collector.agent.delivery import Pace
from collector.clock import SystemClock
from collector.influx import Influx
from collector.simulate import Fleet, Habits, SimulatedVenue
from provisioning.local.stack import Stack

QUICK = Pace(answer_within=2.0, probe_first=0.2, probe_longest=1.0, refused_first=0.5, refused_longest=1.0)


def everybody(stack: Stack) -> list[SimulatedVenue]:
    return [
        SimulatedVenue(v.id, v.pcs, stack.endpoint(v.id), Habits(0.7, 0.7))
        for v in stack.deploy.roster().get().venues
    ]


@contextmanager
def living(fleet: Fleet) -> Iterator[None]:
    """While it lasts, the fleet lives; then it says goodbye."""
    stop = threading.Event()
    thread = threading.Thread(target=fleet.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def wait_for(come: Callable[[], bool], within: float = 20.0) -> None:
    clock, event = SystemClock(), threading.Event()
    deadline = clock.monotonic() + within
    while not come():
        assert clock.monotonic() < deadline, "it did not come about"
        event.wait(0.05)


def stored_numbers(influx: Influx) -> dict[str, list[int]]:
    """Of each stream, the numbers that the database holds, one by one."""
    numbers: dict[str, list[int]] = {}
    for series in influx.query('SELECT n, stream FROM "agent"'):
        for _, n, stream in series.rows:
            numbers.setdefault(stream, []).append(n)
    return {stream: sorted(ns) for stream, ns in numbers.items()}
