"""The trial: a fleet with its agents' real spools, two ingest workers, and chaos; then the verdict."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from collector.agent.delivery import Pace
from collector.clock import SystemClock
from collector.influx import Influx
from collector.simulate import Fleet, Habits, SimulatedVenue
from provisioning.exactness.chaos import Chaos
from provisioning.exactness.journal import Journal
from provisioning.exactness.schedule import DISK_FULL, Schedule, Trouble, Victim, draw
from provisioning.exactness.verdict import Verdict, judge
from provisioning.local import disk
from provisioning.local.disk import SmallDisk
from provisioning.local.influxd import DATABASE
from provisioning.local.proxy import Fault, Proxy
from provisioning.local.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from provisioning.local.process import Child

PCS_A_VENUE = 20
DISK = 256 * 1024 * 1024  # bytes
DRAIN_WITHIN = 180.0  # seconds
_LOOK = 0.1  # seconds between two looks at the spools


@dataclass(frozen=True)
class Trial:
    """`every` is the seconds between two messages of a PC; `phases` are troubles and how long each lasts."""

    seed: int
    pcs: int
    seconds: float
    kills: int
    every: int
    phases: tuple[tuple[Trouble, float], ...]
    pace: Pace = field(default_factory=Pace)


@dataclass(frozen=True)
class Outcome:
    verdict: Verdict
    schedule: Schedule
    skipped: str  # why the disk was not filled; empty where it was
    requests: dict[str, int]  # to InfluxDB, by what the proxy did with them
    answers: dict[int, int]  # of InfluxDB itself, by status; 500 is what a full disk makes it say
    drained: (
        float | None
    )  # seconds from the last message until all were acknowledged; None where they were not
    died: tuple[str, ...]  # processes that ended though nobody killed them
    ended: tuple[int, ...]  # exit codes of the ingest workers

    @property
    def exact(self) -> bool:
        return self.verdict.exact and self.drained is not None and not self.died and not any(self.ended)


def run(trial: Trial, folder: Path, say: Callable[[str], None]) -> Outcome:
    """Takes the trial's seconds and some more. ValueError where its phases do not fit into them."""
    skipped = disk.impossible() if DISK_FULL in dict(trial.phases) else "not asked for"
    phases = [(trouble, lasts) for trouble, lasts in trial.phases if not (skipped and trouble is DISK_FULL)]
    schedule = draw(trial.seed, trial.seconds, trial.kills, phases)
    clock = SystemClock()
    journal = Journal()
    with ExitStack() as ends:
        proxy = ends.enter_context(Proxy())
        small = None if skipped else ends.enter_context(SmallDisk(folder / "influxdb", DISK))
        influx = {"url": proxy.url, "database": DATABASE, "api": "v1"}
        stack = ends.enter_context(Stack(folder, {"influx": influx}, registry=registry(trial.pcs)))
        proxy.target = stack.influxd.port
        workers = [stack.ingest("1"), stack.ingest("2")]
        victims: dict[Victim, Child] = dict(
            zip(Victim, (stack.mosquitto, stack.influxd, *workers), strict=True)
        )
        chaos = Chaos(victims, proxy, small, clock, say)
        fleet = _fleet(trial, stack, journal)
        with _living(fleet) as stop:
            chaos.run(schedule, stop)
            drained = _drain(fleet, stop, clock)
            chaos.tell("nothing is waiting" if drained is not None else f"{fleet.queued()} messages WAIT")
        ended = tuple(worker.stop() for worker in workers)
        # What counts is what is on disk, not what influxd still holds in memory.
        stack.influxd.kill()
        stack.influxd.restart()
        reading = Influx(stack.influxd.access, timeout=60.0)
        ends.callback(reading.close)
        verdict = judge(
            reading,
            journal.sent,
            fleet.numbered(),
            len(journal.altered),
            {pc.spool.stream: (pc.venue.id, pc.name) for pc in fleet.pcs},
            stack.deploy.roster().get(),
        )
        return Outcome(
            verdict,
            schedule,
            skipped,
            {fault.value: proxy.met[fault] for fault in Fault},
            dict(sorted(proxy.answered.items())),
            drained,
            tuple(chaos.died),
            ended,
        )


def registry(pcs: int) -> str:
    """Venues of twenty PCs, the last one smaller, as `venues.csv` has them."""
    rows = ["id,name,class,place,address,lat,lon,pcs,contact,valid_from"]
    for n, first in enumerate(range(0, pcs, PCS_A_VENUE), 1):
        size = min(PCS_A_VENUE, pcs - first)
        name = f"yb-{n:04}"
        rows.append(
            f"{name},Game {n},game,04252,Số {n} đường Thử,21.715,104.8969,{size},{name}@diem.example,2025-07-01"
        )
    return "\n".join(rows) + "\n"


def _fleet(trial: Trial, stack: Stack, journal: Journal) -> Fleet:
    venues = [
        SimulatedVenue(venue.id, venue.pcs, stack.endpoint(venue.id), Habits(0.7, 0.7))
        for venue in stack.deploy.roster().get().venues
    ]
    return Fleet(
        venues, SystemClock(), seed=trial.seed, every=trial.every, pace=trial.pace, spool=journal.spool
    )


@contextmanager
def _living(fleet: Fleet) -> Iterator[threading.Event]:
    """The fleet at work in a thread of its own; to be stopped by the event, or at the block's end."""
    stop = threading.Event()

    def live() -> None:
        try:
            fleet.run(stop)
        finally:
            stop.set()  # without a fleet there is nothing to wait for

    thread = threading.Thread(target=live, name="fleet")
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join()


def _drain(fleet: Fleet, stop: threading.Event, clock: SystemClock) -> float | None:
    """No more messages: the seconds until none waits; None where some still do after a long time."""
    fleet.sampling = False
    began = clock.monotonic()
    while fleet.queued():
        if stop.wait(_LOOK) or clock.monotonic() > began + DRAIN_WITHIN:
            return None
    return round(clock.monotonic() - began, 1)
