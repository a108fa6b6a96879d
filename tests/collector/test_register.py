"""What the registry says of a venue: its certificate to the day, and whether its hours are known."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from collector import lineprotocol
from collector.register import point, points
from collector.roster import Hours, Roster, Span, Venue
from collector.schema import BY_NAME

DAY = date(2026, 3, 2)
GOOD = Span(
    date(2025, 7, 1),
    None,
    "04273",
    "game",
    "15/GCN-0012",
    date(2023, 3, 2),
    date(2026, 3, 2),
    issuer_wrong=False,
)
HOURS = (Hours(date(2024, 12, 25), None, "after-hours-game", ((480, 1320),)),)


def said(span: Span, day: date = DAY, hours: tuple[Hours, ...] = HOURS) -> dict:
    return point(Venue("yb-0012", "", "", ("01",), (span,), hours), day, 0).fields


@pytest.mark.parametrize(
    ("day", "days", "expired"),
    [
        (date(2026, 1, 1), 60, 0),
        (date(2026, 3, 1), 1, 0),
        (date(2026, 3, 2), 0, 0),
        (date(2026, 3, 3), -1, 1),
        (date(2027, 3, 2), -365, 1),
    ],
)
def test_a_certificate_holds_to_the_end_of_its_last_day(day, days, expired):
    found = said(GOOD, day)
    assert (found["certificate_days"], found["certificate_expired"]) == (days, expired)


def test_all_that_the_schema_has_is_written():
    assert set(said(GOOD)) == {field.name for field in BY_NAME["register"].fields}


def test_what_is_not_known_is_said_of_each_by_itself():
    assert said(GOOD) == {
        "certificate_missing": 0,
        "certificate_expired": 0,
        "certificate_days": 0,
        "issuer_wrong": 0,
        "no_rule": 0,
    }
    none = replace(GOOD, certificate="", certificate_from=None, certificate_to=None)
    assert said(none) == {"certificate_missing": 1, "certificate_expired": 0, "issuer_wrong": 0, "no_rule": 0}
    undated = said(replace(GOOD, certificate_to=None))
    assert (undated["certificate_missing"], undated["certificate_expired"]) == (0, 0)
    assert "certificate_days" not in undated
    assert said(replace(GOOD, issuer_wrong=True))["issuer_wrong"] == 1
    assert said(GOOD, hours=())["no_rule"] == 1


def test_each_venue_of_the_day_has_a_point_with_its_identity_of_that_day():
    moved = Venue(
        "yb-0058",
        "",
        "",
        ("01",),
        (Span(date(2020, 1, 1), date(2026, 3, 3), "1", "agent"), replace(GOOD, valid_from=date(2026, 3, 3))),
        (),
    )
    gone = replace(moved, id="yb-0099", spans=(replace(GOOD, valid_to=DAY),))
    roster = Roster("", (moved, gone))
    late_evening = int(datetime(2026, 3, 2, 16, 59, tzinfo=UTC).timestamp())  # 23:59 local
    for stamp, place, klass in ((late_evening, "1", "agent"), (late_evening + 60, "04273", "game")):
        (found,) = points(roster, stamp)
        assert found.tags == {"venue": "yb-0058", "place": place, "class": klass}
        assert found.time == stamp
        known = BY_NAME["register"]
        assert set(found.tags) == set(known.tag_names)
        assert set(found.fields) <= {field.name for field in known.fields}
        assert lineprotocol.encode(found)
