"""Nothing is lost and nothing doubled while broker, database and ingest are killed in the middle of work."""

import threading
from collections import Counter
from random import Random

import pytest

from collector import lineprotocol
from collector.agent.delivery import Pace
from collector.clock import SystemClock
from collector.influx import Influx
from collector.lineprotocol import Point
from collector.simulate import Fleet, Habits, SimulatedPC, SimulatedVenue
from provisioning.local.stack import Stack

QUICK = Pace(answer_within=2.0, probe_first=0.2, probe_longest=1.0, bundle=20)
PCS = 40
SEED = 20161118


class Journal:
    """All that the PCs ever numbered."""

    def __init__(self) -> None:
        self.points: Counter[tuple] = Counter()

    def __call__(self, pc: SimulatedPC, points: list[Point]) -> None:
        for point in points:
            fields = {k: v for k, v in point.fields.items() if k != "after_hours"}
            self.points[
                pc.venue.id, pc.name, point.measurement, lineprotocol.encode(Point("x", {}, fields))
            ] += 1


def stored(influx: Influx) -> Counter:
    """All that the database holds of the same measurements, one by one."""
    found: Counter[tuple] = Counter()
    for measurement in ("agent", "host", "games", "session"):
        for series in influx.query(f'SELECT * FROM "{measurement}"'):
            tags = {"time", "venue", "pc", "place", "class", "game", "clock", "after_hours"}
            for row in series.rows:
                values = dict(zip(series.columns, row, strict=True))
                fields = {k: _typed(k, v) for k, v in values.items() if k not in tags and v is not None}
                key = values["venue"], values["pc"], measurement, lineprotocol.encode(Point("x", {}, fields))
                found[key] += 1
    return found


def _typed(name: str, value: object) -> object:
    """JSON writes 5.0 as 5."""
    return float(value) if name in {"cpu", "memory", "disk"} else value


@pytest.fixture
def stack(tmp_path):
    with Stack(tmp_path / "stack") as made:
        yield made


def test_kills_lose_nothing_and_double_nothing(stack: Stack):
    journal = Journal()
    venues = [
        SimulatedVenue(v.id, v.pcs, stack.endpoint(v.id), Habits(0.7, 0.7))
        for v in stack.deploy.roster().get().venues
    ]
    fleet = Fleet(venues, SystemClock(), seed=SEED, every=2, pace=QUICK, journal=journal)
    del fleet.pcs[PCS:]
    ingest = stack.ingest()
    stop = threading.Event()
    living = threading.Thread(target=fleet.run, args=(stop,))
    living.start()
    try:
        random = Random(SEED)
        victims = [stack.mosquitto, stack.influxd, ingest] * 2
        random.shuffle(victims)
        for victim in victims:
            assert not stop.wait(random.uniform(0.8, 2.0))
            victim.kill()
            assert not stop.wait(random.uniform(0.1, 0.8))
            victim.restart()
        fleet.sampling = False
        # Pings and resends drain what is left; each look costs a fraction of their pace.
        clock = SystemClock()
        deadline = clock.monotonic() + 60
        while fleet.queued() and clock.monotonic() < deadline:
            assert not stop.wait(0.1)
    finally:
        numbered = fleet.numbered()
        left = fleet.queued()
        stop.set()
        living.join()
    assert left == 0
    influx = Influx(stack.deploy.influx)
    numbers: dict[str, list[int]] = {stream: [] for stream in numbered}
    for series in influx.query('SELECT n, stream FROM "agent"'):
        for _, n, stream in series.rows:
            numbers[stream].append(n)
    influx_points = stored(influx)
    influx.close()
    assert sum(numbered.values()) > PCS * 4
    assert {stream: sorted(ns) for stream, ns in numbers.items()} == {
        stream: list(range(1, last + 1)) for stream, last in numbered.items()
    }
    assert influx_points == journal.points
    assert ingest.stop() == 0
    assert "received=" in ingest.tail()
