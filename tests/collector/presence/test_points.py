"""Verdicts as points: one a minute and registered PC."""

from datetime import UTC, datetime

import pytest

from collector import influxql, lineprotocol, schema
from collector.clock import SystemClock
from collector.lineprotocol import Point
from collector.presence import facts
from collector.presence.facts import Verdict
from collector.presence.points import points, unobserved
from dashboards import looks

NOW = int(datetime(2026, 3, 2, 15, 0, tzinfo=UTC).timestamp())  # 22:00 local


def verdicts(roster, **of_first):
    """Of yb-0012/01, and never seen of all others."""
    never = {
        (venue.id, pc): Verdict("unknown", "never_seen", None) for venue in roster.venues for pc in venue.pcs
    }
    return never | ({("yb-0012", "01"): Verdict(**of_first)} if of_first else {})


def test_every_registered_pc_gets_a_point_and_no_rule_is_a_state_of_its_own(roster):
    known = verdicts(roster, state="online", cause="seen", last=NOW - 5)
    found = {(p.tags["venue"], p.tags["pc"]): p for p in points(roster, known, NOW)}
    assert len(found) == sum(len(venue.pcs) for venue in roster.venues)
    assert found["yb-0012", "01"].fields == {
        "state": "online",
        "cause": "seen",
        "online": 1,
        "observed": 1,
        "seen": 5,
        "hours": "closed",
    }
    assert found["yb-0012", "02"].fields["state"] == "unknown"
    assert "seen" not in found["yb-0012", "02"].fields
    assert {found[venue, "01"].fields["hours"] for venue in ("yb-0031", "yb-0100")} == {"open", "no_rule"}
    assert all(lineprotocol.encode(point) for point in found.values())


@pytest.mark.parametrize(
    ("state", "online", "observed"),
    [
        ("online", 1, 1),
        ("blind", 1, 0),
        ("cloned", 1, 0),
        ("closed", 0, 0),
        ("silent", 0, 0),
        ("dark", 0, 0),
        ("unknown", 0, 0),
    ],
)
def test_what_counts_as_online_and_as_observed(roster, state, online, observed):
    known = verdicts(roster, state=state, cause="x", last=NOW - 5)
    fields = next(p.fields for p in points(roster, known, NOW) if p.tags["pc"] == "01")
    assert (fields["online"], fields["observed"]) == (online, observed)


@pytest.mark.parametrize(
    ("state", "stands"),
    [
        ("online", False),
        ("blind", True),
        ("cloned", True),
        ("closed", False),
        ("silent", True),
        ("dark", True),
        ("unknown", False),
    ],
)
def test_who_should_be_observed_and_is_not_has_a_point_of_its_own(roster, state, stands):
    """It is nothing against anybody where nobody can say why: `unknown`."""
    known = verdicts(roster, state=state, cause="x", last=NOW - 5)
    found = list(unobserved(points(roster, known, NOW + 30)))
    assert len(found) == stands
    for point in found:
        assert point.tags == {
            "venue": "yb-0012", "pc": "01", "place": "04273", "class": "game", "state": state,
        }  # fmt: skip
        assert (point.fields, point.time) == ({"minutes": 1, "cause": "x", "hours": "closed"}, NOW)
        known = schema.BY_NAME["unobserved"]
        assert set(point.tags) == set(known.tag_names)
        assert set(point.fields) == {field.name for field in known.fields}
        assert lineprotocol.encode(point)


def test_the_last_message_is_known_from_a_point_to_the_second(roster):
    last = NOW - 300
    known = verdicts(roster, state="silent", cause="lost", last=last)
    for second in (NOW, NOW + 7, NOW + 59):
        point = next(points(roster, known, second))
        assert point.time - point.fields["seen"] == last


def test_coverage_falls_by_the_blind(influx):
    states = {"01": (1, 1), "02": (1, 0), "03": (0, 0), "04": (1, 1)}
    tags = {"venue": "yb-0012", "place": "x", "class": "game"}
    influx.write(
        lineprotocol.encode(
            Point("presence", {**tags, "pc": pc}, {"online": online, "observed": seen}, now() - 30)
        )
        for pc, (online, seen) in states.items()
    )

    def ask(query: str, column: str) -> float:
        return influx.query(query)[0].column(column)[0]

    assert ask(influxql.coverage_now("\"venue\" = 'yb-0012'"), "coverage") == 50
    assert ask(influxql.online_now("\"venue\" = 'yb-0012'"), "online") == 3
    assert ask(influxql.registered_now("\"venue\" = 'yb-0012'"), "registered") == 4


def now() -> int:
    return int(SystemClock().wall().timestamp())  # the database has a now() of its own


def test_a_minute_has_one_point_a_pc_however_often_it_is_asked(roster):
    seconds = (NOW, NOW + 10, NOW + 59, NOW + 60)
    times = [next(iter(points(roster, verdicts(roster), second))).time for second in seconds]
    assert times == [NOW, NOW, NOW, NOW + 60]


def test_a_venue_that_is_struck_off_has_no_presence(roster):
    before_all = int(datetime(2014, 1, 1, tzinfo=UTC).timestamp())
    assert list(points(roster, {}, before_all)) == []


def test_each_state_and_cause_has_a_word_on_the_boards():
    states = set(schema.BY_NAME["presence"].field("state").doc.replace(",", " ").split()) & set(looks.STATES)
    assert states == set(looks.STATES), "the schema names them all"
    assert set(looks.CAUSES) >= facts.STANDING | facts.NO_SIGHT
    assert {facts.WAITING, facts.NEVER_SEEN, facts.SEEN, facts.TWO_AGENTS, facts.COPIED_DISK} <= set(
        looks.CAUSES
    )
    longest = schema.BY_NAME["presence"].field("cause").high
    assert max(map(len, looks.CAUSES)) <= longest
