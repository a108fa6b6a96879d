"""The roster says of each venue what binds it on which day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from collector import roster as compiled
from collector.clock import LOCAL
from provisioning import site
from provisioning.roster import pc_ids, roster
from provisioning.scaffold import EXAMPLE


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


@pytest.fixture(scope="module")
def example():
    found, _ = site.load(EXAMPLE)
    return roster(found).by_id


@pytest.mark.parametrize(
    ("venue", "moment", "is_open"),
    [
        ("yb-0012", "2026-03-02T21:59", True),
        ("yb-0012", "2026-03-02T22:00", False),
        ("yb-0012", "2026-03-03T02:00", False),
        ("yb-0012", "2026-03-03T07:59", False),
        ("yb-0012", "2026-03-03T08:00", True),
        ("yb-0031", "2026-03-02T22:30", True),
        ("yb-0031", "2026-03-02T23:00", False),
        ("yb-0031", "2026-03-02T06:59", False),
        ("yb-0044", "2026-03-02T23:00", False),
        # A café by the hours that it declared, a guest house that declared none.
        ("yb-0100", "2026-03-02T23:29", True),
        ("yb-0100", "2026-03-02T23:30", False),
        ("yb-0107", "2026-03-02T23:30", None),
        # An agent until the day on which it became a game point.
        ("yb-0058", "2026-01-14T22:30", True),
        ("yb-0058", "2026-01-15T22:30", False),
        # Before the registry or any decision knew it.
        ("yb-0031", "2025-06-30T12:00", None),
        # An agent in the days of which no decision was found.
        ("lc-0007", "2024-06-01T23:30", None),
        ("lc-0007", "2025-07-01T22:00", False),
    ],
)
def test_a_venue_is_open_by_the_hours_of_that_day(example, venue, moment, is_open):
    assert example[venue].is_open(at(moment)) is is_open


def test_identity_is_that_of_the_day(example):
    venue = example["yb-0058"]
    assert venue.span_on(date(2025, 6, 30)) is None
    assert venue.span_on(date(2026, 1, 14)).klass == "agent"
    assert venue.span_on(date(2026, 1, 15)).klass == "game"
    assert venue.name == "Game Bờ Sông"


@pytest.mark.parametrize(("moment", "is_open"), [("23:29", True), ("23:30", False), ("05:59", False)])
def test_own_hours_bind_where_a_policy_and_a_decision_say_so(good_site, moment, is_open):
    venue = roster(good_site()).by_id["yb-0100"]
    assert venue.is_open(at(f"2026-03-02T{moment}")) is is_open
    assert venue.hours_on(date(2026, 3, 2)).policy == "after-hours-hospitality"


@pytest.mark.parametrize(
    ("count", "first", "last"), [(1, "01", "01"), (20, "01", "20"), (99, "01", "99"), (120, "001", "120")]
)
def test_pcs_are_numbered_with_as_many_digits_as_the_last_needs(count, first, last):
    ids = pc_ids(count)
    assert (ids[0], ids[-1], len(set(ids))) == (first, last, count)


def test_the_roster_survives_its_file(good_site):
    made = roster(good_site())
    assert compiled.loads(compiled.dumps(made)) == made


def test_a_certificate_stands_with_the_days_of_its_row_and_who_issued_it_is_judged(example):
    """By the levels of the policy `certificate-issuer`; an agent's row has none, and that is no fault."""
    before, since = example["lc-0007"].spans
    assert (before.certificate, before.certificate_to, before.issuer_wrong) == ("", None, False)
    assert (since.certificate, since.issuer_wrong) == ("15/GCN-0031", False)
    assert (since.certificate_from, since.certificate_to) == (date(2025, 9, 10), date(2028, 9, 10))
    assert not example["yb-0015"].spans[0].issuer_wrong, "a department had the right to in 2023"
    found, _ = site.load(EXAMPLE)
    rows = tuple(
        replace(row, issuer=issuer, certificate_from=date(2025, 7, 1))
        for row, issuer in zip(found.venues, ("Sở TT&TT Yên Bái", "UBND phường Yên Bái"), strict=False)
    )
    made = roster(replace(found, venues=rows))
    assert [span.issuer_wrong for venue in made.venues for span in venue.spans] == [True, False]
