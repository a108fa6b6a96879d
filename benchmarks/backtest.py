"""A backtest of all rules over a week of 16,000 PCs, each rule evaluated each minute, InfluxDB included.

.venv/bin/python benchmarks/backtest.py [--pcs 16000] [--days 7] [--workers 2] [--out FILE]

What rules read, as it would be: each night 4 % of the PCs play after closing time and as many are used, in stretches of
20 to 90 minutes; 1.5 % of the PCs are unobserved at any time, a tenth of them blind; an ISP's outage darkens 300
venues for 40 minutes; now and then a hit, a late message, a stranger. What no rule reads is left out: `presence`, `agent`,
`host`, `session`, and of `games` all but the unlisted one.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
from common.load import load
from common.report import head, write

import alerts.grafana
from alerts.backtest.run import Period, Task, run
from alerts.compile import compile_all
from alerts.engine.evaluate import Database, evaluate
from alerts.engine.reader import read
from alerts.engine.rules import Entry
from alerts.load import BUILTIN
from alerts.load import load as load_policies
from alerts.rule import AlertContext
from collector.influx import Influx
from provisioning.local.influxd import Influxd

RESULT = Path(__file__).parent / "results" / "backtest.json"
START = int(datetime(2026, 3, 1, 17, tzinfo=UTC).timestamp())  # midnight at home
DAY = 86_400
PCS_A_VENUE = 16
PLACES = 99
DARK, DARK_FROM, DARK_FOR = (
    300,
    20 * 3600,
    40 * 60,
)  # venues; seconds of the third day, or of the first; seconds
PLAYS, USED = 0.04, 0.04  # of the PCs, each night
GONE, GONE_FOR = 0.015, (10, 360)  # of the PCs, at any time; minutes
CLOSED = 22 * 3600  # seconds of the day
SEED = 20260301
WORKERS = 4
PLAIN = 24  # evaluations
UNLISTED = "cs2"
IDENTITY = "class=game,pc={pc:02},place={place:05},venue=v-{venue:04}"


class Province:
    """The lines of a province's days, series by series."""

    def __init__(self, pcs: int, days: int) -> None:
        self.venues, self.days = max(1, pcs // PCS_A_VENUE), days
        self.end = START + days * DAY
        self.dark = min(DARK, self.venues // 3)
        self.dark_at = START + (2 if days > 2 else 0) * DAY + DARK_FROM
        self._random = random.Random(SEED)

    def lines(self) -> Iterator[str]:
        for venue in range(self.venues):
            place = venue % PLACES
            for pc in range(1, PCS_A_VENUE + 1):
                yield from self._pc(IDENTITY.format(pc=pc, place=place, venue=venue), dark=venue < self.dark)
            yield from self._venue(venue, f"class=game,place={place:05},venue=v-{venue:04}")
        yield from self._places()
        yield from self._server()

    def _pc(self, tags: str, *, dark: bool) -> Iterator[str]:
        chance = self._random.random
        for day in range(self.days):
            night = START + day * DAY + CLOSED
            for field, share in (("play", PLAYS), ("use", USED)):
                if chance() < share:
                    begin = night + self._random.randrange(5 * 3600)
                    for at in range(begin, min(begin + self._random.randrange(20, 90) * 60, self.end), 30):
                        yield f"after_hours,{tags} {field}=30i {at}"
            yield from self._gone(tags, START + day * DAY)
            yield from self._rarely(tags, START + day * DAY)
        if dark:
            for at in range(self.dark_at, self.dark_at + DARK_FOR, 60):
                yield f'unobserved,{tags},state=dark cause="venue_gone",hours="open",minutes=1i {at}'

    def _gone(self, tags: str, day: int) -> Iterator[str]:
        """Stretches of a few hours, as many as make the share of the time."""
        mean = sum(GONE_FOR) / 2 * 60
        while self._random.random() < GONE * DAY / (mean + GONE * DAY):
            begin = day + self._random.randrange(DAY // 60) * 60
            until = min(begin + self._random.randrange(*GONE_FOR) * 60, self.end)
            state = self._random.choices(("silent", "blind", "cloned"), (88, 10, 2))[0]
            for at in range(begin, until, 60):
                hours = "open" if 8 * 3600 <= (at - START) % DAY < CLOSED else "closed"
                yield f'unobserved,state={state},{tags} cause="lost",hours="{hours}",minutes=1i {at}'
            if state == "blind":
                for at in range(begin, until, 30):
                    yield f'blind,reason=doh,{tags} blind=1i,detail="" {at}'

    def _rarely(self, tags: str, day: int) -> Iterator[str]:
        chance, at = self._random.random, day + self._random.randrange(DAY - 3600)
        if chance() < 0.01:
            yield f'sites,category=gambling,grade=violation,slot=0,{tags} accesses=2i,domain="x.example",lookups=3i {at}'
        if chance() < 0.02:
            for n in range(20):
                yield f'sites,category=gambling,grade=hint,slot=1,{tags} accesses=0i,domain="y.example",lookups=2i {at + n * 30}'
        if chance() < 0.01:
            happened = f"delay=3600i,happened={at - 3600}i"
            for n in range(20):
                yield f"late,{tags} accesses={int(n == 0)}i,after_hours=30i,{happened},n={n}i {at + n}"
        if chance() < 0.002:
            for n in range(60):
                yield f"misdated,{tags},reason=old,worker=1 messages=2i {at + n * 60}"
        if chance() < 0.005:
            for n in range(120):
                yield f"games,game={UNLISTED},{tags} play=30i,processes=1i {at + n * 30}"

    def _venue(self, number: int, tags: str) -> Iterator[str]:
        """Dense: a point a minute whatever happens. A third of the PCs stays on at night where somebody plays."""
        excess = int(number % 100 == 7)
        for at in range(START, self.end, 60):
            closed = 60 if 8 * 3600 <= (at - START) % DAY < CLOSED else 70
            counts = f"registered=16i,online=8i,observed=8i,closed=8i,closed_share={closed}.0"
            yield f"venue,{tags} {counts},excess={excess}i,strangers={excess}i {at}"
        if excess:
            stranger = tags.replace(",place", ",pc=lap-1,place")
            for at in range(START + 9 * 3600, START + 12 * 3600, 60):
                yield f"unregistered,{stranger} messages=2i {at}"
        missing, expired, wrong, none = (int(number % n == 3) for n in (40, 50, 100, 200))
        facts = f"certificate_missing={missing}i,certificate_expired={expired}i,issuer_wrong={wrong}i,no_rule={none}i"
        for at in range(START, self.end, 600):
            yield f"register,{tags} {facts},certificate_days={number - 30}i {at}"

    def _places(self) -> Iterator[str]:
        for place in range(PLACES):
            for at in range(START, self.end, 60):
                low = self.dark_at <= at < self.dark_at + DARK_FOR or (place == 3 and at % DAY < 7200)
                yield f"coverage,place={place:05} expected=160i,observed=150i,registered=170i,share={80 if low else 97}.5 {at}"

    def _server(self) -> Iterator[str]:
        for worker in range(1, WORKERS + 1):
            for at in range(START, self.end, 10):
                yield f"ledger,worker={worker} connected=1i,received=1i,stored={at - START}i {at}"
            for at in range(START, self.end, 3600 * 8):
                yield f"refused,reason=range,worker={worker} count=3i,fresh=1i {at}"
        for at in range(START, self.end, 60):
            for process in ("presence", "watch", "preview"):
                yield f"process,process={process} cpu=1.0,rss=1i,uptime={at - START}i {at}"
            yield f"disk,folder=/var/lib/influxdb free=1i,used=55.5 {at}"
            yield f"outbox,channel=email age=0i,given_up=0i,waiting=0i {at}"
        for at in range(START, self.end, DAY):
            yield f'blocklist,source=gambling-vn domains=1i,reason="",refused=0i,version="1" {at}'


def entries() -> list[Entry]:
    """All rules that quannet brings, as a site generates them."""
    policies, problems = load_policies(BUILTIN, "alerts/policies")
    assert not problems
    context = AlertContext(lists={"unlisted-games": (UNLISTED,)})
    alerting, faults = read(alerts.grafana.render(compile_all(policies, context), context))
    assert not faults
    return [Entry(group, rule) for group in alerting.groups for rule in group.rules]


def plain(rules: list[Entry], influx: Influx, days: int) -> float:
    """Seconds that one evaluation of all rules takes where each asks the database, at the median over the period."""
    source, walls = Database(influx), []
    for number in range(PLAIN):
        now = datetime.fromtimestamp(START + 3600 + number * (days * DAY - 3600) // PLAIN // 60 * 60, UTC)
        began = time.perf_counter()
        for entry in rules:
            evaluate(entry.rule, source, now)
        walls.append(time.perf_counter() - began)
    return statistics.median(walls)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pcs", type=int, default=16_000)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args()
    report = head(
        f"A backtest of {options.days} days, {options.pcs} PCs and all rules takes less than 3 minutes"
    )
    province, rules = Province(options.pcs, options.days), entries()
    with tempfile.TemporaryDirectory() as folder, Influxd(Path(folder)) as influxd:
        influx = Influx(influxd.access, timeout=60)
        began = time.perf_counter()
        counts = load(influx, province.lines())
        report["loaded_s"] = round(time.perf_counter() - began, 1)
        report["points"] = dict(sorted(counts.items()))
        report["left_out"] = "what no rule reads: agent, host, session, presence, games but the unlisted one"
        begins = datetime.fromtimestamp(START, UTC)
        period = Period(begins, begins + timedelta(days=options.days))
        database, us = psutil.Process(influxd.process.pid), psutil.Process()
        cpu = [sum(database.cpu_times()[:2]), sum(us.cpu_times()[:4])]
        began = time.perf_counter()
        outcomes = run([Task(rule) for rule in rules], influxd.access, period, options.workers)
        report["backtest_s"] = round(time.perf_counter() - began, 1)
        report["influxd_cpu_s"] = round(sum(database.cpu_times()[:2]) - cpu[0], 1)
        report["own_cpu_s"] = round(sum(us.cpu_times()[:4]) - cpu[1], 1)
        evaluation = plain(rules, influx, options.days)
        influx.close()
    minutes = options.days * DAY // 60
    report["peer"] = "each minute evaluated by asking the database, one after the other; 24 of them measured"
    report["peer_s_an_evaluation"] = round(evaluation, 3)
    report["peer_s"] = round(evaluation * minutes)
    report["ratio_to_peer"] = round(report["backtest_s"] / (evaluation * minutes), 3)
    report["rules"] = len(rules)
    report["evaluations"] = sum(outcome.evaluations for outcome in outcomes)
    report["episodes"] = {o.policy: len(o.episodes) for o in outcomes if o.episodes}
    report["faults"] = {o.policy: o.fault for o in outcomes if o.fault}
    write(options.out, report)


if __name__ == "__main__":
    main()
