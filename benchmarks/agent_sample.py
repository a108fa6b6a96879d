"""CPU of one sample of each sensor with 300 processes, beside a plain psutil pass over names and paths.

.venv/bin/python benchmarks/agent_sample.py [--processes 300] [--rounds 15] [--out FILE]
"""

import argparse
import contextlib
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
from common.report import head, write

from collector.agent import catalogue, config
from collector.agent.platform import current
from collector.agent.sensors.games import GamesSensor
from collector.agent.sensors.host import HostSensor
from collector.agent.sensors.session import SessionSensor
from collector.clock import SystemClock

RESULT = Path(__file__).parent / "results" / "agent_sample.json"


@contextlib.contextmanager
def crowd(size: int) -> Iterator[None]:
    children = [subprocess.Popen(["sleep", "600"]) for _ in range(size)]
    try:
        yield
    finally:
        for child in children:
            child.kill()
        for child in children:
            child.wait()


def cpu_ms(work: Callable[[], object]) -> float:
    before = time.process_time_ns()
    work()
    return (time.process_time_ns() - before) / 1e6


def peer() -> None:
    for process in psutil.process_iter(["name", "exe"]):
        _ = process.info


def fresh_peer() -> None:
    psutil.process_iter.cache_clear()
    peer()


def measure(rounds: int) -> dict[str, float]:
    """Rounds are interleaved, so that what else the machine does falls on all alike."""
    clock, here = SystemClock(), current()
    games, problems = catalogue.load(config.CATALOGUE)
    assert games is not None, problems
    steady = GamesSensor(here, games, 30.0)
    host, session = HostSensor(here, 30.0), SessionSensor(here, 30.0, 300.0)
    work: dict[str, Callable[[], object]] = {
        "games_first_ms": lambda: GamesSensor(here, games, 30.0).sample(clock.instant()),
        "games_ms": lambda: steady.sample(clock.instant()),
        "host_ms": lambda: host.sample(clock.instant()),
        "session_ms": lambda: session.sample(clock.instant()),
        "psutil_pass_ms": peer,
        "psutil_first_pass_ms": fresh_peer,
    }
    for task in work.values():
        task()
    taken: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds):
        for name, task in work.items():
            taken[name].append(cpu_ms(task))
    return {name: round(statistics.median(times), 3) for name, times in taken.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args()
    with crowd(options.processes):
        seen = len(psutil.pids())
        result = measure(options.rounds)
    sample = result["games_ms"] + result["host_ms"] + result["session_ms"]
    report = {
        **head("a sample costs the PC less than a plain psutil pass over its processes"),
        "psutil": psutil.__version__,
        "processes": seen,
        "rounds": options.rounds,
        "cpu_median": result,
        "games_to_psutil_pass": round(result["games_ms"] / result["psutil_pass_ms"], 3),
        "games_first_to_psutil_first_pass": round(
            result["games_first_ms"] / result["psutil_first_pass_ms"], 3
        ),
        "share_of_one_core_at_30_s_percent": round(sample / 30_000 * 100, 4),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
    write(options.out, report)


if __name__ == "__main__":
    main()
