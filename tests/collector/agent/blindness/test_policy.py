"""Policies: what the site wants, against what the browser was told."""

import pytest

from collector.agent.blindness.evidence import Policy, Wanted
from collector.agent.blindness.policy import judge
from tests.collector.agent.blindness.pc import pc

ALL = Wanted(frozenset({"doh", "quic", "ech"}))
NOTHING = Wanted()
OFF = Policy("chrome", doh=False, quic=False, ech=False)
CASES = {
    "as wanted": ((OFF,), ALL, None),
    "unmanaged, and nothing is wanted": ((Policy("chrome"),), NOTHING, None),
    "unmanaged, and all is wanted": ((Policy("chrome"),), ALL, "chrome: doh unset, quic unset, ech unset"),
    "DoH on, and nothing is wanted": ((Policy("edge", doh=True),), NOTHING, "edge: doh on"),
    "QUIC on, and nothing is wanted": ((Policy("edge", quic=True),), NOTHING, None),
    "one of two": ((OFF, Policy("edge", doh=True, quic=False, ech=False)), ALL, "edge: doh on"),
    "only DoH is wanted off": (
        (Policy("brave"), Policy("edge", doh=False)),
        Wanted(frozenset({"doh"})),
        "brave: doh unset",
    ),
    "no browser is there": ((), ALL, None),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_judged_whether_a_browser_runs_or_not(case):
    policies, wanted, detail = CASES[case]
    for browsers in ({}, {"chrome": 100.0}):
        found = list(judge(pc(policies=policies, browsers=browsers), wanted))
        assert [v.detail for v in found] == ([] if detail is None else [detail])
