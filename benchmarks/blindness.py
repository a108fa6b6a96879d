"""CPU of one sample of the sensor `blind` beside a bare psutil.net_connections: 200 programs, 300 connections.

.venv/bin/python benchmarks/blindness.py [--processes 200] [--connections 300] [--rounds 15] [--out FILE]
"""

import argparse
import contextlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
from common.report import head, write

from collector.agent.blindness import resolvers
from collector.agent.blindness.collect import Collector
from collector.agent.blindness.evidence import View, Wanted
from collector.agent.blindness.judges import judge
from collector.agent.blindness.surroundings import LinuxSurroundings
from collector.agent.observation import Contact, Lookup
from collector.agent.platform.linux import LinuxPlatform
from collector.clock import SystemClock

RESULT = Path(__file__).parent / "results" / "blindness.json"
HOLDER = """
import socket, sys
kept = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(int(sys.argv[2]))]
print("ready", flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def crowd(processes: int, connections: int, *, browser: bool) -> Iterator[None]:
    """Sleepers, and one program that holds all connections; a browser by its name, or not."""
    with (
        tempfile.TemporaryDirectory() as folder,
        socket.create_server(("127.0.0.1", 0), backlog=1000) as server,
    ):
        exe = Path(folder) / ("vivaldi-bin" if browser else "somebody")
        shutil.copy(Path(sys.executable).resolve(), exe)
        sleepers = [subprocess.Popen(["sleep", "600"]) for _ in range(processes)]
        words = [str(exe), "-S", "-c", HOLDER, str(server.getsockname()[1]), str(connections)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        holder = subprocess.Popen(words, text=True, env={"PYTHONHOME": sys.base_prefix}, **pipes)
        try:
            assert holder.stdout.readline() == "ready\n"
            yield
        finally:
            holder.communicate()
            for sleeper in sleepers:
                sleeper.kill()
            for sleeper in sleepers:
                sleeper.wait()


def cpu_ms(work: Callable[[], object]) -> float:
    before = time.process_time_ns()
    work()
    return (time.process_time_ns() - before) / 1e6


def full_view(now: float) -> View:
    """As many lookups and contacts as the capture keeps."""
    sites = [(f"www{n}.example.vn", f"198.51.{n // 250}.{n % 250}") for n in range(2000)]
    client = ("10.0.0.5", 40000)
    return View(
        running=True,
        permitted=True,
        since=now - 3600,
        lookups=tuple(Lookup((name,), (address,), client, now - 60) for name, address in sites),
        contacts=tuple(
            Contact(name, address, 443, client, False, "tls", now - 50) for name, address in sites
        ),
    )


def measure(rounds: int) -> dict[str, float]:
    """Rounds are interleaved, so that what else the machine does falls on all alike."""
    clock = SystemClock()
    known, problems = resolvers.load(resolvers.OWN)
    assert known is not None, problems
    collector = Collector(LinuxPlatform(), LinuxSurroundings(), known)
    view = full_view(clock.monotonic())

    def sample() -> None:
        judge(collector.look(clock.instant(), view), Wanted())

    work: dict[str, Callable[[], object]] = {
        "sample_ms": sample,
        "psutil_net_connections_ms": lambda: psutil.net_connections("inet"),
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
    parser.add_argument("--processes", type=int, default=200)
    parser.add_argument("--connections", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args()
    with crowd(options.processes, options.connections, browser=True):
        seen = len(psutil.pids())
        browsing = measure(options.rounds)
    with crowd(options.processes, options.connections, browser=False):
        idle = measure(options.rounds)
    report = {
        **head(
            "a sample costs half as much again as one bare psutil.net_connections at most, and less while no browser runs"
        ),
        "psutil": psutil.__version__,
        "processes": seen,
        "connections": options.connections,
        "rounds": options.rounds,
        "cpu_median_browsing": browsing,
        "cpu_median_without_browser": idle,
        "browsing_to_psutil": round(browsing["sample_ms"] / browsing["psutil_net_connections_ms"], 3),
        "without_browser_to_psutil": round(idle["sample_ms"] / idle["psutil_net_connections_ms"], 3),
        "share_of_one_core_at_30_s_percent": round(browsing["sample_ms"] / 30_000 * 100, 4),
    }
    write(options.out, report)


if __name__ == "__main__":
    main()
