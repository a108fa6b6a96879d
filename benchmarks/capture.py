"""What watching for sites costs: DNS at 1,000 questions a second, and bulk traffic at full speed, on loopback.

As root, with Debian's dnsmasq, dnsperf and iperf3; in a network namespace of its own.
.venv/bin/python benchmarks/capture.py [--seconds 30] [--rounds 5] [--out FILE]
"""

import argparse
import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
from common.report import head, write

from collector.agent.blocklist import VIOLATION, Group
from collector.agent.blocklist.follow import Followed
from collector.agent.platform.linux import LinuxPlatform
from collector.agent.sensors.sites import SitesSensor
from collector.clock import SystemClock
from provisioning.blocklists.compile import compile_
from provisioning.blocklists.source import Listed

RESULT = Path(__file__).parent / "results" / "capture.json"
RATE = 1000  # questions a second
LISTED_EACH = 50  # one question in so many is for a listed name
LIST = 200_000  # names
IPERF_SECONDS = 2
HERE = "127.0.0.1"


def a_list(path: Path) -> None:
    """Names from a seed, and the one that is asked for."""
    chance = random.Random(7)
    names = {f"{chance.randbytes(6).hex()}.{chance.choice(('com', 'vn', 'net'))}" for _ in range(LIST)}
    group = Group("authority", "gambling", VIOLATION, "1", "none")
    path.write_bytes(b"".join(compile_([Listed(group, names | {"listed.test"})], "1").pieces))


def watch(path: Path) -> None:
    """The sensor, sampling each second until its input ends; then what it counted."""
    clock, platform = SystemClock(), LinuxPlatform()
    sensor = SitesSensor(platform.lookout, Followed(path, path.parent / "lists"), 30.0)
    lookups = 0
    sensor.sample(clock.instant())
    print("ready", flush=True)
    for _ in sys.stdin:
        lookups += sum(int(point.fields["lookups"]) for point in sensor.sample(clock.instant()))
        view = platform.lookout.view()
        print(json.dumps({"lookups": lookups, "lost": view.lost, "events": view.events}), flush=True)


class Watcher:
    """The sensor in a process of its own."""

    def __init__(self, path: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--watch", str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self._process.stdout.readline()
        self._asked = psutil.Process(self._process.pid)

    def cpu(self) -> float:
        times = self._asked.cpu_times()
        return times.user + times.system

    def rss(self) -> int:
        return self._asked.memory_info().rss

    def ask(self) -> dict[str, int]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("sample\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate(timeout=10)


@contextlib.contextmanager
def server(*words: str) -> Iterator[None]:
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


def dns(folder: Path, seconds: int) -> dict[str, float]:
    """dnsperf against dnsmasq; each name is asked once, so that none is folded into another."""
    asked = seconds * RATE
    names = [f"n{n}.listed.test" if n % LISTED_EACH == 0 else f"n{n}.other.test" for n in range(asked)]
    (folder / "names").write_text("".join(f"{name} A\n" for name in names))
    command = ["dnsperf", "-s", HERE, "-d", str(folder / "names"), "-n", "1", "-Q", str(RATE), "-c", "4"]
    resolver = (
        "dnsmasq",
        "-k",
        "-C/dev/null",
        "-R",
        "-h",
        f"-a{HERE}",
        "-z",
        "-A/test/192.0.2.1",
        "-uroot",
        "-x",
    )
    with server(*resolver, str(folder / "pid")):
        watcher = Watcher(folder / "list.qnl")
        before, begun = watcher.cpu(), time.monotonic()
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        passed, used = time.monotonic() - begun, watcher.cpu() - before
        time.sleep(0.5)  # what was gathered is still to be read
        counted = watcher.ask()
        rss = watcher.rss()
        watcher.close()
    done = int(told.split("Queries completed:")[1].split()[0])
    listed = len(range(0, asked, LISTED_EACH))
    return {
        "questions": asked,
        "questions_answered": done,
        "questions_a_second": round(done / passed),
        "listed_asked": listed,
        "listed_seen": counted["lookups"],
        "packets_lost": counted["lost"],
        "cpu_percent_of_a_core": round(used / passed * 100, 2),
        "rss_mb": round(rss / 1e6, 1),
    }


def iperf(port: int) -> tuple[float, float]:
    """Gbit/s that arrived, and the milliseconds of CPU that both ends used for one Gbit."""
    command = ["iperf3", "-c", HERE, "-p", str(port), "-t", str(IPERF_SECONDS), "-J"]
    for _ in range(5):
        end = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)["end"]
        if "sum_received" in end:
            break
        time.sleep(0.3)  # the server still clears the last one away
    rate, used = end["sum_received"]["bits_per_second"] / 1e9, end["cpu_utilization_percent"]
    return rate, (used["host_total"] + used["remote_total"]) * 10 / rate


def bulk(folder: Path, port: int, rounds: int) -> dict[str, float]:
    """On and off in turns, so that what else the machine does falls on both alike."""
    runs: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
    cpu: list[float] = []
    lost = 0
    with server("iperf3", "-s", "-p", str(port)):
        for turn in range(2 * rounds):
            on = (turn // 2 + turn) % 2 == 0  # on off, off on, on off …
            if not on:
                runs[on].append(iperf(port))
                continue
            watcher = Watcher(folder / "list.qnl")
            before, begun = watcher.cpu(), time.monotonic()
            runs[on].append(iperf(port))
            cpu.append((watcher.cpu() - before) / (time.monotonic() - begun) * 100)
            lost += watcher.ask()["lost"]
            watcher.close()
    (with_it, cost_with), (without, cost_without) = (
        [statistics.median(column) for column in zip(*runs[on], strict=True)] for on in (True, False)
    )
    quarters = statistics.quantiles([rate for rate, _ in runs[False]])
    return {
        "gbit_s_with": round(with_it, 2),
        "gbit_s_without": round(without, 2),
        "ratio": round(with_it / without, 3),
        "quartiles_apart_without": round((quarters[2] - quarters[0]) / without, 3),
        "cpu_ms_a_gbit_with": round(cost_with, 2),
        "cpu_ms_a_gbit_without": round(cost_without, 2),
        "cpu_percent_of_a_core": round(statistics.median(cpu), 2),
        "packets_lost": lost,
    }


def measure(options: argparse.Namespace) -> None:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        a_list(folder / "list.qnl")
        report = {
            **head(
                "at 1,000 questions a second no listed name is missed at 5 % of a core at most; bulk costs nothing"
            ),
            "listed_names": LIST,
            "dns": dns(folder, options.seconds),
            "bulk": bulk(folder, 5201, options.rounds),
            "bulk_to_443": bulk(folder, 443, options.rounds),
        }
    write(options.out, report)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--out", type=Path, default=RESULT)
    parser.add_argument("--watch", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.watch:
        watch(options.watch)
    elif "QUANNET_INSIDE" in os.environ:
        options.rounds = max(2, options.rounds)  # quartiles need two
        measure(options)
    else:
        os.environ["QUANNET_INSIDE"] = "1"
        os.execvp("unshare", ["unshare", "--net", sys.executable, __file__, *sys.argv[1:]])


if __name__ == "__main__":
    main()
