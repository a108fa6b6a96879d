"""Venues and places from a minute's points: who is counted as what, and what is not said where it is not known."""

import pytest

from collector import lineprotocol
from collector.lineprotocol import Point
from collector.presence.tallies import by_venue, coverage, venues
from collector.schema import BY_NAME

ONLINE = {"online", "blind", "cloned"}


def minute(venue: str, *states: str, place: str = "04273", hours: str = "open") -> list[Point]:
    return [
        Point(
            "presence",
            {"venue": venue, "pc": f"{n:02}", "place": place, "class": "game"},
            {
                "state": state,
                "online": int(state in ONLINE),
                "observed": int(state == "online"),
                "hours": hours,
            },
            60,
        )
        for n, state in enumerate(states, 1)
    ]


ALL = ("online", "online", "blind", "cloned", "closed", "silent", "dark", "unknown")


def test_a_venue_has_its_pcs_by_what_is_known_of_them():
    (point,) = venues(by_venue(minute("yb-0012", *ALL)), {}, 60)
    assert point.tags == {"venue": "yb-0012", "place": "04273", "class": "game"}
    assert point.fields == {
        "registered": 8,
        "online": 4,
        "observed": 2,
        "closed": 1,
        "closed_share": 12.5,
        "strangers": 0,
        "excess": 0,
    }


@pytest.mark.parametrize(
    ("states", "strangers", "excess"),
    [
        (("online", "online"), 0, 0),
        (("online", "online"), 1, 1),
        (("online", "closed"), 1, 0),  # as many as are licensed, one under another name
        (("online", "closed"), 3, 2),
        (("unknown", "unknown"), 2, 0),
        (("unknown", "unknown"), 3, 1),
    ],
)
def test_excess_is_what_runs_beyond_the_licensed(states, strangers, excess):
    (point,) = venues(by_venue(minute("yb-0012", *states)), {"yb-0012": strangers, "yb-0031": 9}, 60)
    assert (point.fields["strangers"], point.fields["excess"]) == (strangers, excess)


def test_where_strangers_are_not_known_nothing_is_said_of_them():
    (point,) = venues(by_venue(minute("yb-0012", *ALL)), None, 60)
    assert point.fields.keys() == {"registered", "online", "observed", "closed", "closed_share"}


def test_a_place_is_covered_by_what_is_observed_of_what_was_not_switched_off_in_order():
    rows = [
        *minute("yb-0012", *ALL),
        *minute("yb-0031", "online", "closed"),
        *minute("yb-0058", "closed", place="04714"),
    ]
    here, there = coverage(by_venue(rows), 60)
    assert here.tags == {"place": "04273"}
    assert here.fields == {"registered": 10, "expected": 8, "observed": 3, "share": 37.5}
    assert (there.tags, there.fields) == ({"place": "04714"}, {"registered": 1, "expected": 0, "observed": 0})


@pytest.mark.parametrize(("hours", "expected"), [("open", 7), ("no_rule", 7), ("closed", 4)])
def test_in_closed_hours_nobody_expects_to_observe_who_is_off_however_it_was_done(hours, expected):
    (point,) = coverage(by_venue(minute("yb-0012", *ALL, hours=hours)), 60)
    assert point.fields["expected"] == expected
    assert point.fields["share"] == 100 * 2 / expected


def test_a_place_at_night_where_all_is_off_has_no_share():
    rows = minute("yb-0012", "silent", "dark", "closed", "unknown", hours="closed")
    (point,) = coverage(by_venue(rows), 60)
    assert point.fields == {"registered": 4, "expected": 0, "observed": 0}


def test_all_that_the_schema_has_is_written_and_nothing_else():
    tallies = by_venue(minute("yb-0012", *ALL))
    for point in [*venues(tallies, {"yb-0012": 3}, 60), *coverage(tallies, 60)]:
        known = BY_NAME[point.measurement]
        assert set(point.tags) == set(known.tag_names)
        assert set(point.fields) == {field.name for field in known.fields}
        assert lineprotocol.encode(point).endswith(" 60")
