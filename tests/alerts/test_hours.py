"""The hours of a class come from its policies and the province's decisions, day by day."""

import json
import os
import subprocess
import sys
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.hours import binding
from alerts.rule import ProvincialHours
from collector.clock import LOCAL
from collector.roster import Hours, Span, Venue


def test_game_points_are_open_from_8_to_22_since_the_decree(policies, context):
    assert binding(policies, "game", context.provincial) == (
        Hours(date(2024, 12, 25), None, "after-hours-game", ((480, 1320),)),
    )


def test_an_agents_hours_are_the_provinces_within_the_policys_days(policies, context):
    assert binding(policies, "agent", context.provincial) == (
        Hours(date(2024, 12, 25), date(2025, 7, 1), "after-hours-agent", ((360, 1380),)),
        Hours(date(2025, 7, 1), None, "after-hours-agent", ((420, 1380),)),
    )


def test_a_class_for_which_nothing_is_decided_has_no_rule(policies, context):
    assert binding(policies, "isp", ()) == ()
    assert binding(policies, "hospitality", context.provincial) == ()


def test_a_decision_that_ended_before_the_policy_began_is_left_out(policies):
    old = ProvincialHours(("agent",), date(2015, 9, 1), date(2024, 12, 25), ((480, 1320),), "x")
    assert binding(policies, "agent", (old,)) == ()


@pytest.mark.parametrize(
    ("clock", "is_open"),
    [((7, 59), False), ((8, 0), True), ((21, 59), True), ((22, 0), False), ((0, 0), False), ((2, 0), False)],
)
def test_the_edges_of_the_night(policies, clock, is_open):
    spans = (Span(date(2025, 7, 1), None, "04252", "game"),)
    venue = Venue("yb-0012", "", "", ("01",), spans, binding(policies, "game", ()))
    assert venue.is_open(datetime(2026, 3, 2, *clock, tzinfo=LOCAL)) is is_open


days = st.dates(date(2024, 1, 1), date(2028, 1, 1))


@given(st.lists(st.tuples(days, st.none() | days, st.integers(0, 600)), max_size=6))
def test_hours_never_overlap_and_stand_in_order(policies, decisions):
    provincial = [
        ProvincialHours(("agent",), start, end, ((opens, 1380),), "x")
        for start, end, opens in decisions
        if end is None or start < end
    ]
    found = binding(policies, "agent", provincial)
    for hours in found:
        assert hours.valid_from >= date(2024, 12, 25)
        assert hours.valid_to is None or hours.valid_from < hours.valid_to
    for one, two in pairwise(found):
        assert one.valid_to is not None
        assert one.valid_to <= two.valid_from


# From samples of play and use, each of half a minute, to the seconds that lie outside the hours of their day.
EDGES = {
    "yb-0012 2026-03-02T21:59:59": "04252 game 0 0 verdict",
    "yb-0012 2026-03-02T22:00:00": "04252 game 0 0 verdict",  # its last second is the last allowed one
    "yb-0012 2026-03-02T22:00:01": "04252 game 1 1 verdict",
    "yb-0012 2026-03-02T22:00:30": "04252 game 30 30 verdict",
    "yb-0012 2026-03-03T00:00:00": "04252 game 30 30 verdict",
    "yb-0012 2026-03-03T00:00:01": "04252 game 30 30 verdict",
    "yb-0012 2026-03-03T07:59:59": "04252 game 30 30 verdict",
    "yb-0012 2026-03-03T08:00:00": "04252 game 30 30 verdict",  # its last second is the last forbidden one
    "yb-0012 2026-03-03T08:00:01": "04252 game 29 29 verdict",
    "yb-0012 2026-03-03T08:00:30": "04252 game 0 0 verdict",
    "yb-0012 2026-12-31T23:59:59": "04252 game 30 30 verdict",
    "yb-0012 2027-01-01T00:00:00": "04252 game 30 30 verdict",
    "yb-0012 2027-01-01T00:00:01": "04252 game 30 30 verdict",
    # On 2025-07-01 a place may have another code, or the same code and be another place.
    "yb-0012 2025-06-30T23:59:59": "04258 game 30 30 verdict",
    "yb-0012 2025-07-01T00:00:00": "04252 game 30 30 verdict",
    "lc-0007 2025-06-30T22:30:00": "02671 agent 0 0 verdict",
    "lc-0007 2025-06-30T23:59:59": "02671 agent 30 30 verdict",
    "lc-0007 2025-07-01T00:00:00": "02671 game 30 30 verdict",
    # Agents close at 23:00 until 2026-03-02, and at 22:00 by a decision from 2026-03-03 on …
    "yb-0031 2026-03-02T22:30:00": "04273 agent 0 0 verdict",
    "yb-0031 2026-03-02T23:00:00": "04273 agent 0 0 verdict",
    "yb-0031 2026-03-02T23:00:01": "04273 agent 1 1 verdict",
    "yb-0031 2026-03-03T00:00:10": "04273 agent 30 30 verdict",
    "yb-0031 2026-03-03T07:59:59": "04273 agent 30 30 verdict",
    "yb-0031 2026-03-03T22:00:01": "04273 agent 1 1 verdict",
    # … or not at all from then on.
    "yb-0036 2026-03-02T23:59:59": "04303 agent 30 30 verdict",
    "yb-0036 2026-03-03T00:00:00": "04303 agent 30 30 verdict",
    "yb-0036 2026-03-03T00:00:10": "04303 agent 20 20 verdict",
    "yb-0036 2026-03-03T00:00:30": "04303 agent 0 0 verdict",
    "yb-0044 2026-03-02T23:30:00": "04288 isp 0 0 no verdict",
}
FIRINGS = {
    # The point of 22:00:01 is first read at 22:01, the last one (22:20:01) at 22:22.
    "closing": [
        "2026-03-02 22:06 fires after-hours-game game 04252",
        "2026-03-02 22:23 ends after-hours-game game 04252",
    ],
    # The last point is that of 08:00:29, with the second before 08:00; 08:02 still reads it.
    "opening": [
        "2026-03-03 07:46 fires after-hours-game game 04252",
        "2026-03-03 08:03 ends after-hours-game game 04252",
    ],
    "new-year": [
        "2026-12-31 23:56 fires after-hours-game game 04252",
        "2027-01-01 00:13 ends after-hours-game game 04252",
    ],
    # A venue that is a game point from that day on: one rule ends, the other waits its five minutes.
    "merger": [
        "2025-06-30 23:56 fires after-hours-agent agent 02671",
        "2025-07-01 00:02 ends after-hours-agent agent 02671",
        "2025-07-01 00:06 fires after-hours-game game 02671",
        "2025-07-01 00:13 ends after-hours-game game 02671",
    ],
    "today-as-before": [],
    "from-tomorrow": [
        "2026-03-03 22:06 fires after-hours-agent agent 04273",
        "2026-03-03 22:43 ends after-hours-agent agent 04273",
    ],
}


@pytest.fixture(scope="module", params=["UTC", "Asia/Tokyo"])
def night(request, influxd):
    """The same night on machines of two time zones, neither of them the province's."""
    program = Path(__file__).with_name("night.py")
    done = subprocess.run(
        [sys.executable, str(program), influxd.access.url],
        env={**os.environ, "TZ": request.param},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["zone"] == {"UTC": "UTC", "Asia/Tokyo": "JST"}[request.param]
    return found


def test_samples_become_seconds_by_the_hours_of_their_day(night):
    assert night["edges"] == EDGES


def test_and_seconds_become_violations(night):
    assert night["firings"] == FIRINGS
