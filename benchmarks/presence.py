"""CPU that presence and InfluxDB need a minute to judge 16,000 PCs; beside the floor: the same queries, no verdicts.

.venv/bin/python benchmarks/presence.py [--pcs 16000] [--rounds 5] [--out FILE]
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from itertools import chain
from pathlib import Path

import psutil
from common.load import load
from common.report import head, write

from collector import lineprotocol
from collector.influx import Influx
from collector.lineprotocol import Point
from collector.presence.beside import Beside
from collector.presence.facts import USUAL
from collector.presence.points import points
from collector.presence.rounds import LOOK_BACK, Rounds
from collector.presence.source import InfluxSource
from collector.roster import Roster, Span, Venue
from provisioning.local.influxd import Influxd

RESULT = Path(__file__).parent / "results" / "presence.json"
NOW = 1_772_420_400
PCS_A_VENUE = 8
BEATS = 26  # messages of each PC before NOW: more than are compared
CUT, GONE_FOR = 300, 200  # venues that vanish, and when
WORKERS = 4
LONG_AGO = date(2015, 1, 1)


def province(pcs: int) -> Roster:
    names = tuple(f"{n:02}" for n in range(1, PCS_A_VENUE + 1))
    return Roster(
        "Benchmark",
        tuple(
            Venue(f"v-{n:04}", "", "", names, (Span(LONG_AGO, None, f"{n % 99:05}", "game"),), ())
            for n in range(pcs // PCS_A_VENUE)
        ),
    )


def data(roster: Roster) -> Iterator[str]:
    for order, venue in enumerate(roster.venues):
        until = NOW - GONE_FOR if order < CUT else NOW
        for number, pc in enumerate(venue.pcs):
            tags = f"class=game,pc={pc},place={venue.spans[0].place},venue={venue.id}"
            first = NOW - BEATS * 30 + (order * 7 + number * 3) % 30
            for n, at in enumerate(range(first, until, 30), 1):
                yield f'agent,{tags} clock="server",n={n}i,queued=0i,stream="{order * 8 + number:032x}" {at}'
                if at > NOW - 2 * GONE_FOR:
                    yield f'blind,{tags},reason=none blind=0i,detail="" {at}'
                    yield f"sites,category=none,{tags},grade=none,slot=0 accesses=0i,lookups=0i {at}"
    for worker in range(WORKERS):
        for at in range(NOW - LOOK_BACK, NOW, 10):
            yield f"ledger,worker={worker} connected=1i,received=1i {at}"


class Meter:
    """Seconds of wall and CPU, ours and the database's, at the median of several rounds."""

    def __init__(self, pid: int, rounds: int) -> None:
        self._database = psutil.Process(pid)
        self._rounds = rounds

    def __call__(self, work: Callable[[], object]) -> dict[str, float]:
        rows = []
        for _ in range(self._rounds):
            before, ours, wall = self._cpu(), time.process_time(), time.perf_counter()
            work()
            rows.append((time.perf_counter() - wall, time.process_time() - ours, self._cpu() - before))
        walls, ours_, databases = zip(*rows, strict=True)
        median = statistics.median
        return {
            "wall_s": round(median(walls), 2),
            "presence_cpu_s": round(median(ours_), 2),
            "influxd_cpu_s": round(median(databases), 2),
        }

    def _cpu(self) -> float:
        times = self._database.cpu_times()
        return times.user + times.system


def ask_everything(source: InfluxSource, now: int) -> None:
    """What an ordinary round reads."""
    source.books(now - LOOK_BACK, now)
    heard = source.lasts(now - LOOK_BACK)
    source.blind(int(now - USUAL.silent_after), heard.keys())


def write_beside(influx: Influx, beside: Beside, roster: Roster, rows: list[Point], now: int) -> None:
    """What a minute writes beside the verdicts, as a write of its own."""
    influx.write([*map(lineprotocol.encode, beside.points(roster, rows, now))])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pcs", type=int, default=16_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args()
    roster = province(options.pcs)
    with tempfile.TemporaryDirectory() as folder, Influxd(Path(folder)) as influxd:
        influx = Influx(influxd.access, timeout=60)
        load(influx, data(roster))
        source = InfluxSource(influx, offers_list=True)
        meter = Meter(influxd.process.pid, options.rounds)
        words = {(venue.id, pc): ("online", NOW - 900) for venue in roster.venues for pc in venue.pcs}
        calm = NOW - GONE_FOR + 60  # nobody is missing yet

        beside = Beside(source.strangers)

        def turn(rounds: Rounds, now: int) -> None:
            found = rounds.judge(roster, words, now)
            rows = list(points(roster, found, now))
            influx.write([*map(lineprotocol.encode, chain(rows, beside.points(roster, rows, now)))])
            beside.written(roster, now)

        report = head(f"CPU that presence and InfluxDB need a minute to judge {options.pcs} PCs")
        report["floor"] = meter(lambda: ask_everything(source, calm))
        started = Rounds(source)
        turn(started, calm)
        rows = list(points(roster, started.judge(roster, words, calm), calm))
        report["minute"] = meter(lambda: turn(started, calm))
        report["of_it_beside"] = meter(lambda: write_beside(influx, beside, roster, rows, calm))
        report["start"] = meter(lambda: turn(Rounds(source), calm))
        report["compare_numbers"] = meter(lambda: source.numbers(int(calm - USUAL.compared)))
        vanished: list[Rounds] = []
        for _ in range(options.rounds):
            vanished.append(Rounds(source))
            vanished[-1].judge(roster, words, calm)
        queue = iter(vanished)
        report["minute_in_which_300_venues_vanish"] = meter(lambda: turn(next(queue), NOW))
        last = vanished[-1].judge(roster, words, NOW)
        states = [verdict.cause for verdict in last.values()]
        report["then"] = {cause: states.count(cause) for cause in sorted(set(states))}
        each = USUAL.compare_every / 60
        shared = ("presence_cpu_s", "influxd_cpu_s")
        report["cpu_a_minute"] = {
            name: round(report["minute"][name] + report["compare_numbers"][name] / each, 2) for name in shared
        }
        influx.close()
    write(options.out, report)


if __name__ == "__main__":
    main()
