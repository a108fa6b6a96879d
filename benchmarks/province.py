"""A province at work: 16,000 PCs at one message each 30 s over TLS, and then an hour's outage of all of them.

.venv/bin/python benchmarks/province.py [--pcs 16000] [--seconds 600] [--every 30] [--no-backlog] [--out FILE]

Mosquitto, InfluxDB, `quannet ingest` and the simulators are processes of their own on this machine, whose cores they
share. Each message has six lines, as an agent's that looks for listed sites. First at 1,000 and at 4,000 PCs for a
fifth of the time, then at all of them; in the end each PC holds the 120 messages of an hour and delivers them while
live data goes on. Time is counted from when all PCs are connected. Exit code 1 where a message is lost.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import threading
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

from common.processes import Usage
from common.report import head, write

from collector.influx import Influx
from collector.simulate.files import make_room
from collector.simulate.tally import Histogram, Tally
from provisioning.local.province import registry
from provisioning.local.stack import Stack

RESULT = Path(__file__).parent / "results" / "province.json"
SMALLER = (1000, 4000)
A_PROCESS = 8000  # PCs that one simulator drives
A_VENUE = 20
AN_HOUR = 120  # messages
RAMP = 200  # connections a second, over all simulators
CONNECTED = "PCs were connected after"
PATIENCE = 1800  # seconds in which an hour's backlog must be gone
GOALS = {"p99_s": 2, "ingest_cpu_percent": 25, "ingest_rss_mib": 150, "p99_s_with_backlog": 10}


class Simulators:
    """`quannet simulate` as often as it takes; a context manager ends whatever still runs."""

    def __init__(self, stack: Stack, pcs: int, *words: str) -> None:
        parts = math.ceil(pcs / A_PROCESS)
        self.logs = [stack.logs / f"simulate-{k}.log" for k in range(1, parts + 1)]
        self._ends = ExitStack()
        self.processes = [
            self._start(stack, log, "--part", f"{k}/{parts}", "--ramp", str(RAMP / parts), *words)
            for k, log in enumerate(self.logs, 1)
        ]

    def _start(self, stack: Stack, log: Path, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "cli", "simulate", "--deploy", str(stack.deploy.folder), "--json"]
        talk = self._ends.enter_context(log.open("w"))
        process = subprocess.Popen([*command, *words], stdout=subprocess.PIPE, stderr=talk, text=True)
        self._ends.callback(_end, process)
        return process

    def connected(self) -> bool:
        return all(CONNECTED in log.read_text() for log in self.logs)

    def running(self) -> bool:
        return all(process.poll() is None for process in self.processes)

    def results(self) -> list[dict[str, Any]]:
        told = [process.communicate()[0] for process in self.processes]
        for log, process in zip(self.logs, self.processes, strict=True):
            if process.returncode not in {0, 1}:
                raise RuntimeError(f"a simulator ended with {process.returncode}:\n{log.read_text()[-2000:]}")
        return [json.loads(text) for text in told]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()


def run(pcs: int, every: int, seconds: int, backlog: int = 0) -> dict[str, Any]:
    """One fleet on a stack of its own."""
    offer = {
        "file": "/nowhere/list.qnl",
        "url": "https://lists.example/list.qnl",
    }  # so that PCs look for sites
    venues = registry(math.ceil(pcs / A_VENUE), A_VENUE)
    words = ["--pcs", str(pcs), "--every", str(every), "--for", str(seconds), "--backlog", str(backlog)]
    words += ["--patience", str(PATIENCE if backlog else 120)]
    with (
        tempfile.TemporaryDirectory() as folder,
        Stack(Path(folder) / "s", {"offer": offer}, registry=venues) as stack,
    ):
        ingest = stack.ingest()
        load = os.getloadavg()[0]
        with Simulators(stack, pcs, *words) as simulators:
            usage = Usage(
                {
                    "ingest": [ingest.process.pid],
                    "mosquitto": [stack.mosquitto.process.pid],
                    "influxd": [stack.influxd.process.pid],
                    "simulators": [process.pid for process in simulators.processes],
                }
            )
            watch(simulators, usage, from_the_start=bool(backlog))
            told = simulators.results()
        return {"load_before": round(load, 2), **summary(stack, told, usage, backlog=bool(backlog))}


def watch(simulators: Simulators, usage: Usage, *, from_the_start: bool) -> None:
    """Until the first simulator has ended; what is measured begins when all PCs are connected."""
    begun, pause = from_the_start, threading.Event()
    while simulators.running():
        pause.wait(1)
        if not begun:
            begun = simulators.connected()
            usage.begin()
        elif simulators.running():
            usage.look()


def summary(stack: Stack, told: list[dict[str, Any]], usage: Usage, *, backlog: bool) -> dict[str, Any]:
    whole = sum((Tally.from_json(one["honest"]) for one in told), Tally())
    live = whole.live + whole.settling if backlog else whole.live
    measured = whole.acknowledged - (0 if backlog else sum(one["acknowledged_before"] for one in told))
    influx = Influx(stack.deploy.influx)
    stored = influx.query('SELECT count("n") FROM "agent"')[0].column("count")[0]
    influx.close()
    return {
        "pcs": whole.pcs,
        "connected_after_s": max(one["settled_after"] or math.inf for one in told),
        "drained_after_s": max(one["drained_after"] or math.inf for one in told) if backlog else None,
        "numbered": whole.numbered,
        "acknowledged": whole.acknowledged,
        "stored": stored,
        "lost": whole.numbered - min(stored, whole.acknowledged),
        "resent": whole.resent,
        "connections_lost": whole.disconnects,
        "live": latencies(live),
        "from_number_to_answer": latencies(whole.age),
        "backlog": latencies(whole.backlog) if backlog else None,
        "messages_a_second": round(measured / usage.seconds, 1),
        "ingest_cpu_us_a_message": round(1e6 * usage.spent["ingest"] / measured, 1),
        "processes": usage.report(),
    }


def further(smaller: dict[str, Any], larger: dict[str, Any]) -> float:
    """Microseconds of ingest's CPU for each message that the larger fleet sends more: what it costs idle left out."""
    shares = [run["processes"]["ingest"]["cpu_percent_of_a_core_mean"] / 100 for run in (smaller, larger)]
    rates = [run["messages_a_second"] for run in (smaller, larger)]
    return round(1e6 * (shares[1] - shares[0]) / (rates[1] - rates[0]), 1)


def latencies(histogram: Histogram) -> dict[str, float | None]:
    quantiles = {
        name: histogram.quantile(share) for name, share in (("p50_s", 0.5), ("p99_s", 0.99), ("most_s", 1))
    }
    rounded = {name: None if seconds is None else round(seconds, 3) for name, seconds in quantiles.items()}
    return {"messages": len(histogram), **rounded}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pcs", type=int, default=16_000)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--every", type=int, default=30)
    parser.add_argument("--no-backlog", action="store_true")
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args()
    make_room(options.pcs)  # for the broker, too, which inherits it
    report: dict[str, Any] = {
        **head("16,000 PCs lose nothing, are answered within 2 s and leave ingest three quarters of a core"),
        "goals": GOALS,
        "lines_a_message": 6,
    }
    smaller = [pcs for pcs in SMALLER if pcs < options.pcs]
    report["smaller"] = [run(pcs, options.every, max(options.seconds // 5, 10)) for pcs in smaller]
    report["province"] = run(options.pcs, options.every, options.seconds)
    sizes = [*report["smaller"], report["province"]]
    report["ingest_cpu_us_a_further_message"] = [further(*pair) for pair in pairwise(sizes)]
    if not options.no_backlog:
        report["hour"] = run(options.pcs, options.every, min(options.seconds, 10), AN_HOUR)
    write(options.out, report)
    runs = [*report["smaller"], report["province"], *([report["hour"]] if "hour" in report else [])]
    return int(any(one["lost"] for one in runs))


if __name__ == "__main__":
    sys.exit(main())
