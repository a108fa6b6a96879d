"""500 PCs for ten minutes while everything is killed: the points in InfluxDB are those that the PCs numbered.

.venv/bin/python benchmarks/exactness.py [--pcs 500] [--seconds 600] [--kills 24] [--seed N] [--every 5] [--out FILE]

Each PC has the agent's own spool (SQLite, in memory) and delivery. Broker (whose memory is all that it has),
InfluxDB and two ingest workers are killed with -9, in an order and at times drawn from the seed, and started
again up to five seconds later. Meanwhile, each for a tenth of the time, InfluxDB answers 503 and its disk (a
tmpfs of 256 MiB; root only) is full; each for a fortieth, the disk is full again, InfluxDB keeps silent, its answer
is cut off after it has stored, and it answers 500 although it has stored. In the end InfluxDB is killed once more and started, and
everything that it holds is read and compared, stamps and all. Exit code 1 where anything is missing, doubled,
changed, or was numbered by nobody.
"""

import argparse
import logging
import secrets
import signal
import sys
import tempfile
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from common.report import head, write

from collector.agent.delivery import Pace
from provisioning.exactness.schedule import DISK_FULL, Trouble
from provisioning.exactness.trial import Outcome, Trial, run
from provisioning.local.proxy import Fault

RESULT = Path(__file__).parent / "results" / "exactness.json"
# A tenth of the time that an agent takes, so that ten minutes hold many repetitions.
PACE = Pace(answer_within=5.0, probe_first=0.5, probe_longest=5.0)
SHARES: tuple[tuple[Trouble, float], ...] = (
    (Fault.UNAVAILABLE, 0.1),
    (Fault.HANGING, 0.025),
    (Fault.CUT, 0.025),
    (Fault.DENYING, 0.025),
    (DISK_FULL, 0.1),
    (DISK_FULL, 0.025),
)


def report(trial: Trial, outcome: Outcome) -> dict[str, object]:
    kills = Counter(kill.victim.value for kill in outcome.schedule.kills)
    return {
        **head("whatever is killed or fails, each point that a PC numbered is stored once, and no other"),
        "seed": trial.seed,
        "pcs": trial.pcs,
        "seconds": trial.seconds,
        "every": trial.every,
        "kills": dict(sorted(kills.items())) | {"all": sum(kills.values())},
        "phases": [
            {"at": round(phase.at, 1), "seconds": phase.lasts, "trouble": phase.trouble.value}
            for phase in outcome.schedule.phases
        ],
        "disk_not_filled_because": outcome.skipped,
        "requests": outcome.requests,
        "answers_of_influxdb": outcome.answers,
        "drained_s": outcome.drained,
        "died_by_themselves": outcome.died,
        "workers_ended_with": outcome.ended,
        "verdict": asdict(outcome.verdict),
        "exact": outcome.exact,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pcs", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--kills", type=int, default=24)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--every", type=int, default=5, help="seconds between two messages of a PC")
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args()
    seed = secrets.randbelow(1_000_000_000) if options.seed is None else options.seed
    trial = Trial(
        seed=seed,
        pcs=options.pcs,
        seconds=options.seconds,
        kills=options.kills,
        every=options.every,
        phases=tuple((trouble, options.seconds * share) for trouble, share in SHARES),
        pace=PACE,
    )
    logging.getLogger("collector.simulate").setLevel(logging.ERROR)  # that the PCs lose the broker is meant
    print(f"seed {seed}", file=sys.stderr)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))  # by way of every `finally`: the disk is unmounted
    with tempfile.TemporaryDirectory(prefix="exactness-") as folder:
        outcome = run(trial, Path(folder) / "stack", lambda what: print(what, file=sys.stderr, flush=True))
    write(options.out, report(trial, outcome))
    sys.exit(0 if outcome.exact else 1)


if __name__ == "__main__":
    main()
