"""The capture's own faults hold whether a browser runs or not."""

import pytest

from collector.agent.blindness.capture import judge
from tests.collector.agent.blindness.pc import pc

DEAD = {"running": False}
FORBIDDEN = {"running": False, "permitted": False}
CASES = {
    "it looks": (pc(events=5000), []),
    "it was never allowed": (
        pc(view={**FORBIDDEN, "complaint": "Operation not permitted"}),
        [("no_permission", "Operation not permitted")],
    ),
    "the same without a word": (pc(view=FORBIDDEN), [("no_permission", "the system refuses the capture")]),
    "it stopped": (pc(view={**DEAD, "complaint": "OSError"}), [("sensor_stopped", "OSError")]),
    "it stopped and no browser runs": (
        pc(browsers={}, view=DEAD),
        [("sensor_stopped", "the capture does not run")],
    ),
    "it lost one of ten": (pc(events=9, lost=1), [("events_lost", "1 of 10 events")]),
    "it saw nothing but losses": (pc(lost=7), [("events_lost", "7 of 7 events")]),
    "a single packet of thousands": (pc(events=5000, lost=1), []),
    "it lost and stopped": (
        pc(view=DEAD, lost=7),
        [("sensor_stopped", "the capture does not run"), ("events_lost", "7 of 7 events")],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_judged(case):
    evidence, verdicts = CASES[case]
    assert [(v.reason, v.detail) for v in judge(evidence)] == verdicts
