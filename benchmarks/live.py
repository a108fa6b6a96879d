"""What the rules raised live, a backtest raises again afterwards: the same violations, each begun and ended at the same evaluation.

.venv/bin/python benchmarks/live.py [--seconds 3600] [--speed 6] [--out FILE]

A province of 12 venues on this machine, evaluated each 10 seconds in place of each minute: broker with TLS, database,
ingest, presence; simulated PCs, some of which lie, some of which are cut off for good. No outage that ends: what comes
late was not there when the rules looked, and a backtest sees it.
"""

import argparse
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from common.report import head, write

from alerts import duration
from alerts.backtest.ask import Stored
from alerts.backtest.moments import moments
from alerts.backtest.replay import replay
from alerts.engine.files import GroupFile
from alerts.engine.reader import read
from alerts.engine.rules import Entry
from alerts.engine.violations import what
from alerts.engine.watch import Watch
from alerts.load import BUILTIN
from alerts.load import load as load_policies
from collector.agent.delivery import Pace
from collector.clock import Clock, SystemClock, at_second, local
from collector.conventions import DEPLOY_ALERTING
from collector.episodes import Episodes
from collector.influx import Influx
from collector.influxql.summary import violations_between
from collector.simulate import Fleet, Habits, SimulatedVenue
from collector.simulate.cuts import Cut
from provisioning.local.stack import Stack

RESULT = Path(__file__).parent / "results" / "live.json"
EVERY = timedelta(seconds=10)
BEAT = 5  # seconds between two messages of a PC
SEED = 20261125
HABITS = Habits(in_use=0.7, plays=0.6, stays=(40, 400), visits=0.01)
LIARS = {"unregistered": 0.04, "clone": 0.03, "clock-ahead": 0.03}

Key = tuple[str, str, str, str, str]  # policy, venue, PC, place, further labels
Found = dict[
    tuple[Key, int], tuple[int, bool]
]  # key and first second -> seconds, and whether its end was seen


def changes(clock: Clock, speed: int) -> dict[str, Any]:
    """Agents' hours lie in the other half of the day, so that they are closed now."""
    morning = local(clock.wall()).time() < time(12)
    opens = "13:00-23:00" if morning else "01:00-11:00"
    policies, _ = load_policies(BUILTIN, "alerts/policies")
    waits = {policy.id: _shortened(policy.threshold.lasting, speed) for policy in policies}
    return {
        "hours": [{"classes": ["agent", "isp"], "from": "2025-07-01", "open": opens, "basis": "invented"}],
        "mail": {"host": "127.0.0.1", "port": 9, "sender": "a@b.example", "recipients": ["c@d.example"]},
        "alerting": {"every": duration.show(EVERY), "for": waits},
    }


def _shortened(lasting: timedelta, speed: int) -> str:
    return duration.show(lasting // speed // EVERY * EVERY)


def fleet(stack: Stack, clock: Clock, seconds: float) -> Fleet:
    venues = [
        SimulatedVenue(venue.id, venue.pcs, stack.endpoint(venue.id), HABITS)
        for venue in stack.deploy.roster().get().venues
    ]
    forever = 10 * seconds
    cuts = [Cut(0.1, seconds * 0.3, forever, pcs=True), Cut(0.1, seconds * 0.5, forever)]
    return Fleet(
        venues,
        clock,
        seed=SEED,
        every=BEAT,
        pace=Pace(answer_within=5, probe_first=0.5),
        looks=True,
        liars=LIARS,
        cuts=cuts,
    )


def live(stack: Stack, influx: Influx, clock: Clock, seconds: float) -> tuple[datetime, datetime]:
    """Let all of it run; the first evaluation and the last."""
    stop = threading.Event()
    watch = Watch(stack.deploy, influx, clock, lambda _receiver: None)
    people = fleet(stack, clock, seconds)
    living = threading.Thread(target=people.run, args=(stop,), name="fleet")
    living.start()
    ticks: list[datetime] = []
    end = clock.monotonic() + seconds
    try:
        while clock.monotonic() < end:
            now = clock.wall().timestamp()
            stop.wait(-now % EVERY.total_seconds())
            ticks.append(at_second(int(clock.wall().timestamp() // 10) * 10))
            watch.tick()
    finally:
        stop.set()
        living.join()
    missed = int((ticks[-1] - ticks[0]) / EVERY) + 1 - len(set(ticks))
    if missed:
        raise RuntimeError(f"{missed} evaluations were missed: the machine was too slow for a comparison")
    return ticks[0], ticks[-1]


def raised(influx: Influx, first: datetime, last: datetime) -> Found:
    """What stands in the database as violations."""
    episodes = Episodes()
    episodes.take(influx.query(violations_between(first, last + EVERY)))
    found: Found = {}
    for point in episodes.points():
        key = tuple(point.tags.get(name, "") for name in ("policy", "venue", "pc", "place", "what"))
        assert point.time is not None
        found[key, point.time] = (int(point.fields["lasted"]), point.fields["ended"] == 1)  # type: ignore[index]
    return found


def replayed(groups: tuple[GroupFile, ...], influx: Influx, first: datetime, last: datetime) -> Found:
    period = moments(first, last + timedelta(seconds=1), EVERY, timedelta(0))
    found: Found = {}
    for group in groups:
        for rule in group.rules:
            for episode in replay(Entry(group, rule), Stored(influx), period):
                key = (
                    episode.policy,
                    *(episode.label(n) for n in ("venue", "pc", "place")),
                    what(episode.subject),
                )
                until = episode.ended or last
                lasted = int((until - episode.fired).total_seconds())
                found[key, int(episode.fired.timestamp())] = (lasted, episode.ended is not None)
    return found


def differences(live_: Found, again: Found) -> Iterator[str]:
    for one in sorted(live_.keys() | again.keys()):
        if live_.get(one) != again.get(one):
            (key, began), pair = one, (live_.get(one), again.get(one))
            yield f"{' '.join(filter(None, key))} at {local(at_second(began)):%H:%M:%S}: live {pair[0]}, backtest {pair[1]}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument(
        "--speed", type=int, default=6, help="by how much `for` is shortened, as the interval is"
    )
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args()
    clock = SystemClock()
    report: dict[str, Any] = head("A backtest raises exactly what was raised live")
    with (
        tempfile.TemporaryDirectory() as folder,
        Stack(Path(folder) / "province", changes(clock, options.speed)) as stack,
    ):
        stack.ingest()
        stack.spawn("presence")
        influx = Influx(stack.deploy.influx, timeout=60)
        first, last = live(stack, influx, clock, options.seconds)
        alerting = stack.deploy.folder / DEPLOY_ALERTING
        groups = read({path.name: path.read_text("utf-8") for path in alerting.glob("*.yaml")})[0].groups
        live_, again = raised(influx, first, last), replayed(groups, influx, first, last)
        influx.close()
    wrong = list(differences(live_, again))
    report |= {
        "seconds": options.seconds,
        "evaluations": int((last - first) / EVERY) + 1,
        "rules": sum(len(group.rules) for group in groups),
        "violations_live": len(live_),
        "violations_backtest": len(again),
        "ended": sum(ended for _, ended in live_.values()),
        "by_policy": dict(sorted(Counter(key[0] for key, _ in live_).items())),
        "differences": wrong,
    }
    write(options.out, report)
    return 1 if wrong or not live_ else 0


if __name__ == "__main__":
    sys.exit(main())
