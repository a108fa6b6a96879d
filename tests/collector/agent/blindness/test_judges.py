"""All judges together: in order, bounded, and silent about a PC where nobody browses."""

from hypothesis import given
from hypothesis import strategies as st

from collector.agent.blindness.evidence import Adapter, Policy, Wanted
from collector.agent.blindness.judges import LONGEST, REASONS, judge
from tests.collector.agent.blindness.pc import hello, pc, reasons, sites, to

WANTED = Wanted(frozenset({"doh"}))
ALL_AT_ONCE = {
    "connections": (to("8.8.8.8"), to("1.1.1.1", 853)),
    "contacts": [hello("cloudflare-ech.com", "198.51.100.9", ech=True)],
    "adapters": (Adapter("tun0", "tun", outgoing=True),),
    "policies": tuple(Policy(name) for name in ("brave", "chrome", "chromium", "edge", "firefox", "vivaldi")),
    "lost": 9,
}
OF_THE_CAPTURE = {"no_permission", "sensor_stopped", "events_lost", "policy"}


def test_all_that_hold_are_said_in_the_order_of_what_to_mend_first():
    verdicts = judge(pc(**ALL_AT_ONCE), WANTED)
    assert reasons(verdicts) == ["events_lost", "doh", "dot", "vpn", "ech", "policy"]
    assert all(0 < len(verdict.detail) <= LONGEST for verdict in verdicts)


def test_without_a_browser_only_the_capture_and_policies_are_judged():
    assert reasons(judge(pc(**ALL_AT_ONCE, browsers={}), WANTED)) == ["events_lost", "policy"]


def test_a_pc_in_order_is_not_blind():
    assert judge(pc(**sites(20, looked_up=True), policies=(Policy("chromium", doh=False),)), WANTED) == ()


@given(
    st.lists(
        st.builds(
            to,
            st.sampled_from(["8.8.8.8", "198.51.100.1", "2001:db8::1", "127.0.0.1", "no address", ""]),
            st.sampled_from([53, 443, 853, 1194, 9050]),
            st.sampled_from(["chromium", "", "tor"]),
            since=st.sampled_from([float("-inf"), 60.0, 990.0]),
        ),
        max_size=8,
    ),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_whatever_is_seen_the_verdict_fits_the_schema(connections, browses, running, whole):
    evidence = pc(
        connections=tuple(connections),
        browsers={"chromium": 100.0} if browses else {},
        view={"running": running, "whole": whole},
        listeners={9050: "tor"},
    )
    verdicts = judge(evidence, Wanted())
    found = reasons(verdicts)
    assert found == sorted(set(found), key=list(REASONS).index)
    assert browses or set(found) <= OF_THE_CAPTURE
    assert all(len(verdict.detail) <= LONGEST for verdict in verdicts)
