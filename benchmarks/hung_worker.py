"""For how long one of several ingest workers that hangs holds up the PCs whose messages are dealt to it.

.venv/bin/python benchmarks/hung_worker.py [--pcs 60] [--every 5] [--workers 2] [--out FILE]
"""

import argparse
import os
import signal
import tempfile
import threading
from pathlib import Path
from typing import Any

import psutil
from common.report import head, write

from collector.clock import SystemClock
from collector.influx import Influx
from collector.ingest.link import KEEPALIVE
from collector.simulate import Fleet, Habits, SimulatedVenue
from provisioning.local.stack import Stack

RESULT = Path(__file__).parent / "results" / "hung_worker.json"
SETTLE = 15.0  # seconds before the hang
WITHIN = 240.0
SEED = 20161118


def until(fleet: Fleet, clock: SystemClock, wait: threading.Event) -> float:
    """Seconds until no PC has an unacknowledged message."""
    began = clock.monotonic()
    while fleet.queued() and clock.monotonic() - began < WITHIN:
        wait.wait(0.1)
    return round(clock.monotonic() - began, 1)


def doubled_or_lost(stack: Stack, fleet: Fleet) -> int:
    influx = Influx(stack.deploy.influx)
    stored: dict[str, list[int]] = {stream: [] for stream in fleet.numbered()}
    for series in influx.query('SELECT n, stream FROM "agent"'):
        for _, n, stream in series.rows:
            stored[stream].append(n)
    influx.close()
    return sum(sorted(stored[s]) != list(range(1, n + 1)) for s, n in fleet.numbered().items())


def measure(folder: Path, pcs: int, every: int, workers: int) -> dict[str, Any]:
    clock, stop = SystemClock(), threading.Event()
    with Stack(folder) as stack:
        venues = [
            SimulatedVenue(v.id, v.pcs, stack.endpoint(v.id), Habits(0.7, 0.7))
            for v in stack.deploy.roster().get().venues
        ]
        fleet = Fleet(venues, clock, seed=SEED, every=every)
        del fleet.pcs[pcs:]
        ingest = stack.spawn("ingest", "--workers", str(workers), "--state", str(folder / "state"))
        ingest.wait_until(lambda: ingest.tail(9000).count("connected to the broker") >= workers)
        thread = threading.Thread(target=fleet.run, args=(stop,))
        thread.start()
        try:
            stop.wait(SETTLE)
            hung = psutil.Process(ingest.process.pid).children()[0].pid
            os.kill(hung, signal.SIGSTOP)
            stop.wait(3 * every)
            queued = fleet.queued()
            fleet.sampling = False
            acknowledged = until(fleet, clock, stop)
            replaced = not psutil.pid_exists(hung) or psutil.Process(hung).status() != psutil.STATUS_STOPPED
            if not replaced:
                os.kill(hung, signal.SIGCONT)
            left = fleet.queued()
        finally:
            stop.set()
            thread.join()
        ingest.stop()
        return {
            "queued_when_sampling_ended": queued,
            "seconds_from_the_hang_until_all_was_acknowledged": round(acknowledged + 3 * every, 1),
            "still_hanging_then": not replaced,
            "never_acknowledged": left,
            "messages": sum(fleet.numbered().values()),
            "streams_with_a_message_lost_or_doubled": doubled_or_lost(stack, fleet),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pcs", type=int, default=60)
    parser.add_argument("--every", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=RESULT)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder) / "stack", arguments.pcs, arguments.every, arguments.workers)
    claim = (
        "a worker that hangs strands nothing: the broker gives it up after 1.5 times its keepalive, the agents'"
        " resends reach the others, and when it goes on nothing is doubled"
    )
    settings = {"pcs": arguments.pcs, "every": arguments.every, "workers": arguments.workers}
    write(arguments.out, head(claim) | settings | {"keepalive_seconds": KEEPALIVE} | found)


if __name__ == "__main__":
    main()
