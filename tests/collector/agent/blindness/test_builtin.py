"""The browser's own resolver hides lookups only from who watches the system's."""

import pytest

from collector.agent.blindness.builtin import judge
from collector.agent.blindness.evidence import Policy
from tests.collector.agent.blindness.pc import asked, pc, to

LOG = {"whole": False}
ON, OFF = Policy("chromium", builtin=True), Policy("chromium", builtin=False)
WEB = to("198.51.100.7")
FIRES = {
    "it asks somebody else": (
        pc(view=LOG, connections=(to("8.8.8.8", 53, udp=True),)),
        "chromium asks another resolver",
    ),
    "it is on, and none of its lookups came": (
        pc(view=LOG, policies=(ON,), connections=(WEB,), lookups=[asked("a.example", process="edge")]),
        "chromium: on by policy or default",
    ),
}
SILENT = {
    "packets are seen": pc(connections=(to("8.8.8.8", 53, udp=True), WEB), policies=(ON,)),
    "it asks the system's": pc(view=LOG, connections=(to("203.0.113.2", 53, udp=True),)),
    "the system's resolvers are not known": pc(view=LOG, servers=(), connections=(to("8.8.8.8", 53),)),
    "another program asks": pc(view=LOG, connections=(to("8.8.8.8", 53, "", udp=True),)),
    "it is off by policy": pc(view=LOG, policies=(OFF,), connections=(WEB,)),
    "its lookups come": pc(
        view=LOG, policies=(ON,), connections=(WEB,), lookups=[asked("a.example", process="chromium")]
    ),
    "it reaches nothing": pc(view=LOG, policies=(ON,)),
    "it asks the PC's own stub": pc(view=LOG, policies=(ON,), connections=(WEB,), servers=("127.0.0.53",)),
    "it does not run": pc(view=LOG, policies=(ON,), connections=(WEB,), browsers={"edge": 100.0}),
    "it is older than our looking": pc(
        view=LOG, policies=(ON,), connections=(WEB,), browsers={"chromium": 10.0}, now=800.0
    ),
    "nobody looks": pc(view={**LOG, "running": False}, connections=(to("8.8.8.8", 53),)),
}


@pytest.mark.parametrize("case", FIRES)
def test_it_fires(case):
    evidence, detail = FIRES[case]
    assert [(v.reason, v.detail) for v in judge(evidence)] == [("builtin_resolver", detail)]


@pytest.mark.parametrize("case", SILENT)
def test_it_stays_silent(case):
    assert list(judge(SILENT[case])) == []
