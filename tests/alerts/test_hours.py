"""The hours of a class come from its policies and the province's decisions, day by day."""

from datetime import date, datetime
from itertools import pairwise

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
