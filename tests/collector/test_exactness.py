"""Nothing is lost and nothing doubled while broker, database and ingest are killed in the middle of work."""

from dataclasses import asdict

from collector.agent.delivery import Pace
from provisioning.exactness.schedule import DISK_FULL
from provisioning.exactness.trial import Trial, run
from provisioning.local import disk
from provisioning.local.proxy import Fault

# benchmarks/exactness.py is the same for ten minutes, with 500 PCs.
TRIAL = Trial(
    seed=20161118,
    pcs=40,
    seconds=15,
    kills=8,
    every=2,
    phases=(
        (Fault.UNAVAILABLE, 2),
        (Fault.HANGING, 1),
        (Fault.CUT, 1),
        (Fault.DENYING, 1),
        (DISK_FULL, 2.5),
        (DISK_FULL, 1),
    ),
    pace=Pace(answer_within=2.0, probe_first=0.2, probe_longest=1.0, bundle=20),
)


def test_kills_and_failures_lose_nothing_and_double_nothing(tmp_path, capsys):
    outcome = run(TRIAL, tmp_path / "stack", print)
    if outcome.skipped:
        with capsys.disabled():
            print(f"\nthe disk was not filled: {outcome.skipped}")
    assert outcome.skipped == disk.impossible()
    assert asdict(outcome.verdict)["examples"] == ()
    assert outcome.exact, outcome
    assert outcome.verdict.messages > TRIAL.pcs * 4
    # It was put to the test: requests met each fault, and the database itself refused what its disk did not hold.
    assert all(outcome.requests.values()), outcome.requests
    assert (500 in outcome.answers) == (not outcome.skipped), outcome.answers
