"""One evaluation of all rules over 16,000 PCs, InfluxDB included; beside the floor: the rules' queries, no engine.

.venv/bin/python benchmarks/rules.py [--pcs 16000] [--rounds 5] [--out FILE]

A night on which 4 % of the PCs play after hours and as many are used, and 2 % are not observed; then, in `bad`, an
ISP's outage darkens 300 venues. What rules must not stumble over is there, too: samples without anything in them.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
from common.load import load
from common.report import head, write

import alerts.grafana
from alerts.compile import compile_all
from alerts.engine.frames import fill_in
from alerts.engine.judging import AT_ONCE
from alerts.engine.reader import read
from alerts.engine.watch import Watch
from alerts.load import BUILTIN
from alerts.load import load as load_policies
from alerts.rule import AlertContext
from collector.clock import FrozenClock, at_second
from collector.conventions import DEPLOY_ALERTING, DEPLOY_ROSTER
from collector.deploy import Broker, Deploy, Mail
from collector.influx import Influx
from collector.roster import Roster, dumps
from provisioning.local.influxd import Influxd

RESULT = Path(__file__).parent / "results" / "rules.json"
NOW = 1_772_474_400  # a minute's beginning: 2026-03-03 01:00 in Vietnam
PCS_A_VENUE = 16
PLACES = 99
SPAN = 40 * 60  # seconds of data before NOW
DARK = 300  # venues
WARM = 15  # minutes before the first that counts: what is pending shall have become a violation
PLAYS, USED, GONE = 0.04, 0.04, 0.02  # shares of the PCs
SEED = 20260303


def data(pcs: int, until: int, *, dark: int = 0) -> Iterator[str]:
    """Lines of [NOW - SPAN, until): all PCs send, some of them what counts; `dark` venues have been gone for 20 min."""
    rng = random.Random(SEED)
    since, venues = NOW - SPAN, pcs // PCS_A_VENUE
    for number in range(venues):
        venue = f"class=game,place={number % PLACES:05},venue=v-{number:04}"
        for pc in range(1, PCS_A_VENUE + 1):
            yield from _pc(f"{venue},pc={pc:02}", rng, since, until)
            if number < dark:
                for at in range(until - 1200, until, 60):
                    yield f'unobserved,{venue},pc={pc:02},state=dark minutes=1i,hours="open",cause="venue_gone" {at}'
        for at in range(since, until, 60):
            counts = f"registered={PCS_A_VENUE}i,online=9i,closed_share=40,excess=0i,strangers=0i"
            yield f"venue,{venue} {counts} {at}"
        for at in range(since, until, 600):
            facts = "certificate_missing=0i,certificate_expired=0i,issuer_wrong=0i,no_rule=0i"
            yield f"register,{venue} {facts},certificate_days={number}i {at}"
    for at in range(since, until, 60):
        for place in range(PLACES):
            yield f"coverage,place={place:05} expected=160i,observed=150i,share={100 if place % 9 else 80}.0 {at}"
        yield f"process,process=presence uptime={at - since}i {at}"
        yield f"disk,folder=/var/lib/influxdb used=60.0,free=1000000000i {at}"
    for at in range(since, until, 10):
        yield f"ledger,worker=1 stored={at - since}i,connected=1i {at}"


def _pc(tags: str, rng: random.Random, since: int, until: int) -> Iterator[str]:
    plays, used, gone, phase = (
        rng.random() < PLAYS,
        rng.random() < USED,
        rng.random() < GONE,
        rng.randrange(30),
    )
    for at in range(since + phase, until, 30):
        yield f"games,game={'cs2' if plays else 'none'},{tags} play={30 if plays else 0}i {at}"
        yield f"sites,category=none,grade=none,slot=0,{tags} lookups=0i,accesses=0i {at}"
        yield f"blind,reason=none,{tags} blind=0i {at}"
        if plays or used:
            yield f"after_hours,{tags} {'play' if plays else 'use'}=30i {at}"
    if gone:
        for at in range(since, until, 60):
            yield f'unobserved,state=silent,{tags} minutes=1i,hours="open",cause="lost" {at}'


class Bench:
    """Counts the CPU of both processes, ours and the database's."""

    def __init__(self, influxd: Influxd, influx: Influx, folder: Path, rounds: int) -> None:
        self._influx = influx
        self._database = psutil.Process(influxd.process.pid)
        self._rounds = rounds
        policies, problems = load_policies(BUILTIN, "alerts/policies")
        assert not problems
        context = AlertContext(lists={"unlisted-games": ("cs2",)})
        files = alerts.grafana.render(compile_all(policies, context), context)
        self.rules = [rule for group in read(files)[0].groups for rule in group.rules]
        (folder / DEPLOY_ALERTING).mkdir(parents=True)
        for name, text in files.items():
            (folder / DEPLOY_ALERTING / name).write_text(text, "utf-8")
        (folder / DEPLOY_ROSTER).write_text(dumps(Roster("Benchmark", ())), "utf-8")
        nowhere = Broker("127.0.0.1", 1, folder, "", folder)
        mail = Mail("127.0.0.1", 1, "a@b.example", (), starttls=False, user=None, password_file=None)
        self._deploy = Deploy(folder, "Benchmark", "vi", "", influxd.access, nowhere, mail)

    def floor(self, until: int) -> dict[str, float]:
        """The same queries, as many at a time, read as JSON and thrown away."""
        now = at_second(until)
        texts = [
            fill_in(node.model["query"], node.relative_time_range, now)
            for rule in self.rules
            for node in rule.data
            if node.relative_time_range is not None
        ]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return self._median(self._rounds, lambda: list(pool.map(self._influx.raw, texts)))

    def evaluation(self, until: int) -> tuple[dict[str, float], int]:
        """Ticks a minute apart; the last one's number of violations, too."""
        clock = FrozenClock(at_second(until - 60 * (self._rounds + WARM)))
        firing: set[Any] = set()
        watch = Watch(
            self._deploy,
            self._influx,
            clock,
            lambda _receiver: None,
            lambda e: (firing.discard if e.alert.ended else firing.add)((e.policy, e.alert.labels)),
        )

        def tick() -> None:
            clock.advance(60)
            watch.tick()

        for _ in range(WARM):
            tick()
        return self._median(self._rounds, tick), len(firing)

    def _median(self, rounds: int, work: Callable[[], object]) -> dict[str, float]:
        rows = []
        for _ in range(rounds):
            before, ours, wall = self._cpu(), time.process_time(), time.perf_counter()
            work()
            rows.append((time.perf_counter() - wall, time.process_time() - ours, self._cpu() - before))
        walls, ours_, databases = zip(*rows, strict=True)
        return {
            "wall_s": round(statistics.median(walls), 3),
            "slowest_s": round(max(walls), 3),
            "engine_cpu_s": round(statistics.median(ours_), 3),
            "influxd_cpu_s": round(statistics.median(databases), 3),
        }

    def _cpu(self) -> float:
        times = self._database.cpu_times()
        return times.user + times.system


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pcs", type=int, default=16_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args()
    report: dict[str, Any] = head(f"One evaluation of all rules over {options.pcs} PCs takes less than 3 s")
    with tempfile.TemporaryDirectory() as folder, Influxd(Path(folder) / "influxd") as influxd:
        influx = Influx(influxd.access, timeout=60)
        bench = Bench(influxd, influx, Path(folder) / "deploy", options.rounds)
        report["rules"] = len(bench.rules)
        for name, dark in (("night", 0), ("bad", min(DARK, options.pcs // PCS_A_VENUE))):
            report[name] = {"lines": load(influx, data(options.pcs, NOW, dark=dark)).total()}
            report[name]["floor"] = bench.floor(NOW)
            report[name]["evaluation"], report[name]["violations"] = bench.evaluation(NOW)
            walls = (report[name][part]["wall_s"] for part in ("evaluation", "floor"))
            report[name]["ratio_to_floor"] = round(next(walls) / next(walls), 2)
        influx.close()
    write(options.out, report)


if __name__ == "__main__":
    main()
