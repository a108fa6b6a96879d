"""A PC's day: what is known is added up, what is not known is absent, and what has expired overwrites nothing."""

from datetime import UTC, date, datetime, timedelta

import pytest

from collector import schema
from collector.influx import Series
from collector.ingest.pipeline import Bounds
from collector.lineprotocol import Point
from collector.summary import Answers, Due, counted, due, grown, midnight, points, whole_since

DAY = date(2026, 3, 2)
PC = {"venue": "yb-0012", "pc": "07", "place": "04273", "class": "game"}
NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)  # 12:00 in Yên Bái


def answer(tags=PC, **fields):
    return Series("x", tags, ("time", *fields), ((0, *fields.values()),))


def test_a_day_is_stamped_with_its_local_midnight():
    (point,) = points(DAY, Answers(messages=[answer(messages=2880)]))
    assert point == Point("daily", PC, {"messages": 2880}, 1_772_384_400)
    assert midnight(DAY).astimezone(UTC) == datetime(2026, 3, 1, 17, tzinfo=UTC)


def test_all_that_is_known_of_a_pc_is_in_one_point_and_in_the_schema():
    (point,) = points(
        DAY,
        Answers(
            play=[answer(play=7200, after_hours=600)],
            use=[answer(active=9000, use_after_hours=700)],
            sites=[
                answer({**PC, "grade": "violation"}, lookups=5, accesses=2),
                answer({**PC, "grade": "hint"}, lookups=3, accesses=1),
                answer({**PC, "grade": "none"}, lookups=0, accesses=0),
            ],
            messages=[answer(messages=2880)],
            minutes=[answer(minutes=1440, observed=1080)],
        ),
    )
    assert point.fields == {
        "play": 7200,
        "after_hours": 600,
        "active": 9000,
        "use_after_hours": 700,
        "accesses": 2,
        "hints": 5 + 3 + 1,
        "messages": 2880,
        "coverage": 75.0,
    }
    for name, value in point.fields.items():
        assert type(value) is schema.BY_NAME["daily"].field(name).kind.value


def test_without_a_rule_after_hours_is_absent_and_never_nought():
    (point,) = points(DAY, Answers(play=[answer(play=7200, after_hours=None)]))
    assert point.fields == {"play": 7200, "messages": 0}


def test_a_pc_that_nobody_heard_of_has_coverage_nought_and_no_play():
    (point,) = points(DAY, Answers(minutes=[answer(minutes=1440, observed=0)]))
    assert point.fields == {"coverage": 0.0, "messages": 0}


def test_a_pc_whose_session_sensor_cannot_see_has_no_time_in_use():
    (point,) = points(DAY, Answers(use=[answer(active=None, use_after_hours=None)]))
    assert point.fields == {"messages": 0}


def test_no_access_is_known_only_of_a_pc_that_looked():
    looked = points(DAY, Answers(sites=[answer({**PC, "grade": "none"}, lookups=0, accesses=0)]))
    assert looked[0].fields == {"accesses": 0, "hints": 0, "messages": 0}


def test_points_come_in_the_order_of_their_tags():
    pcs = [{**PC, "pc": pc} for pc in ("10", "02", "07")]
    made = points(DAY, Answers(messages=[answer(tags, messages=1) for tags in pcs]))
    assert [point.tags["pc"] for point in made] == ["02", "07", "10"]


def test_a_summary_that_knows_of_more_messages_stands():
    other = {**PC, "pc": "08"}
    new = points(DAY, Answers(messages=[answer(messages=900), answer(other, messages=1000)]))
    assert grown(new, counted([answer(messages=901), answer(other, messages=1000)])) == new[1:]
    assert grown(new, counted([answer(messages=899)])) == new
    assert grown(new, {}) == new


@pytest.mark.parametrize(
    ("newest", "first"),
    [
        (None, date(2025, 12, 3)),  # all that raw points know; 2025-12-02 began 90 days and 12 hours ago
        (date(2026, 3, 2), date(2026, 2, 21)),
        (date(2026, 3, 1), date(2026, 2, 20)),
        (date(2026, 2, 10), date(2026, 2, 1)),  # the timer stood still for three weeks
        (date(2025, 12, 5), date(2025, 12, 3)),
        (date(2026, 3, 9), date(2026, 2, 21)),  # a clock was wrong once
    ],
)
def test_a_run_computes_what_late_points_may_have_changed(newest, first):
    days = [one.day for one in due(NOON, newest, 90)]
    assert (days[0], days[-1]) == (first, DAY)
    assert days == [first + timedelta(days=n) for n in range(len(days))]


def test_a_day_that_was_cut_short_is_computed_afresh_and_a_whole_one_where_messages_came():
    yesterday = DAY - timedelta(days=1)
    for newest, first in ((DAY, yesterday), (yesterday, yesterday), (date(2026, 2, 25), date(2026, 2, 25))):
        assert {one.day for one in due(NOON, newest, 90) if one.afresh} == {
            first + timedelta(days=n) for n in range((DAY - first).days + 1)
        }
    assert due(NOON, date(2027, 1, 1), 90)[-3:] == [
        Due(yesterday - timedelta(days=1), afresh=False),
        Due(yesterday),
        Due(DAY),
    ]
    assert all(one.afresh for one in due(NOON, None, 90))


def test_the_shortest_limit_leaves_every_day_that_ingest_still_takes_points_of():
    for hour in range(24):
        now = NOON + timedelta(hours=hour)
        assert midnight(whole_since(now, 9)) <= now - timedelta(seconds=Bounds().past)


def test_a_day_that_has_lost_points_is_never_computed_and_no_other_is_left_out():
    hour = timedelta(hours=1)  # for what expires while it counts
    for minute in range(0, 1440, 7):
        now = NOON + timedelta(minutes=minute)
        oldest = now - timedelta(days=30) + hour
        assert oldest <= midnight(due(now, None, 30)[0].day) < oldest + timedelta(days=1)
