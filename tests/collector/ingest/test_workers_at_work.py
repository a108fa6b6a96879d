"""Two real ingest processes under one, a fleet, and one of the two that dies, hangs or never comes back.

How long a worker that hangs holds up the others' PCs is measured by benchmarks/hung_worker.py.
"""

import os
import signal
import threading

import psutil
import pytest

from collector.agent.delivery import Pace
from collector.clock import SystemClock
from collector.influx import Influx
from collector.simulate import Fleet, Habits, SimulatedVenue
from provisioning.local.process import Child
from provisioning.local.stack import Stack

QUICK = Pace(answer_within=2.0, probe_first=0.2, probe_longest=1.0, bundle=20)
PCS = 24
DRAIN_WITHIN = 30.0
SEED = 20161118


class Province:
    """A fleet at work in a thread."""

    def __init__(self, stack: Stack) -> None:
        venues = [
            SimulatedVenue(v.id, v.pcs, stack.endpoint(v.id), Habits(0.7, 0.7))
            for v in stack.deploy.roster().get().venues
        ]
        self._influx = Influx(stack.deploy.influx)
        self.clock = SystemClock()
        self.fleet = Fleet(venues, self.clock, seed=SEED, every=1, pace=QUICK)
        del self.fleet.pcs[PCS:]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.fleet.run, args=(self._stop,))
        self._thread.start()

    def wait(self, seconds: float) -> None:
        self._stop.wait(seconds)

    def drain(self) -> float:
        """Seconds until everything was acknowledged."""
        self.fleet.sampling = False
        began = self.clock.monotonic()
        while self.fleet.queued():
            self.wait(0.05)
            assert self.clock.monotonic() - began < DRAIN_WITHIN, self.fleet.queued()
        return self.clock.monotonic() - began

    def count(self) -> int:
        """How many messages are stored."""
        return sum(map(len, self._stored().values()))

    def stored_is_what_was_numbered(self) -> None:
        """Each number of each stream once, with one point of `host` for each: nothing lost, nothing doubled."""
        expected = {stream: list(range(1, last + 1)) for stream, last in self.fleet.numbered().items()}
        assert {stream: sorted(found) for stream, found in self._stored().items()} == expected
        (hosts,) = self._influx.query('SELECT count("cpu") FROM "host"')
        assert hosts.column("count") == [sum(map(len, expected.values()))]

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self._influx.close()

    def _stored(self) -> dict[str, list[int]]:
        numbers: dict[str, list[int]] = {stream: [] for stream in self.fleet.numbered()}
        for series in self._influx.query('SELECT n, stream FROM "agent"'):
            for _, n, stream in series.rows:
                numbers[stream].append(n)
        return numbers


@pytest.fixture
def stack(tmp_path):
    with Stack(tmp_path / "stack") as made:
        yield made


@pytest.fixture
def province(stack):
    made = Province(stack)
    yield made
    made.close()


def start(stack: Stack, workers: int) -> Child:
    state = str(stack.folder / "state")
    child = stack.spawn("ingest", "--workers", str(workers), "--state", state, name=f"{workers}-workers")
    child.wait_until(lambda: child.tail(10_000).count("connected to the broker") >= workers)
    return child


def workers(child: Child) -> list[int]:
    return sorted(process.pid for process in psutil.Process(child.process.pid).children())


def test_one_that_is_killed_and_one_that_never_comes_back_lose_and_strand_nothing(stack, province):
    child = start(stack, 2)
    province.wait(1)
    for _ in range(2):
        os.kill(workers(child)[0], signal.SIGKILL)
        child.wait_until(lambda: len(workers(child)) == 2)
        province.wait(1)
    assert child.tail(10_000).count("ended with -9") == 2  # each of the two, once
    child.kill()  # and both of its workers with it, in the middle of their work
    start(stack, 1)
    province.wait(1)
    province.drain()
    province.stored_is_what_was_numbered()


def test_one_that_hangs_strands_nothing_and_doubles_nothing_when_it_goes_on(stack, province):
    child = start(stack, 2)
    province.wait(1)
    hung = workers(child)[0]
    os.kill(hung, signal.SIGSTOP)
    before = province.count()
    province.wait(3)
    assert psutil.Process(hung).status() == psutil.STATUS_STOPPED
    assert province.count() > before + PCS // 2  # the other one goes on
    os.kill(hung, signal.SIGCONT)
    province.drain()
    assert child.stop() == 0
    assert sum("received=" in line for line in child.tail(10_000).splitlines()) == 2
    province.stored_is_what_was_numbered()
