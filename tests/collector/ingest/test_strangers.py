"""Unregistered PCs: counted by name, bounded, with the place of the venue that they speak for."""

from datetime import datetime

from collector.clock import LOCAL
from collector.ingest.strangers import NAMES, OTHERS, Strangers

NOON = int(datetime(2026, 3, 2, 12, 0, tzinfo=LOCAL).timestamp())


def test_each_is_told_with_what_came_since_it_was_last_told(roster):
    strangers = Strangers()
    strangers.add("yb-0012", "99", 2)
    strangers.add("yb-0012", "99", 1)
    strangers.add("yb-0031", "laptop", 1)
    told = {(p.tags["venue"], p.tags["pc"]): p for p in strangers.points(roster, NOON)}
    assert {key: p.fields["messages"] for key, p in told.items()} == {
        ("yb-0012", "99"): 3,
        ("yb-0031", "laptop"): 1,
    }
    assert told["yb-0012", "99"].tags == {"venue": "yb-0012", "pc": "99", "place": "04273", "class": "game"}
    assert strangers.points(roster, NOON + 60) == []


def test_a_venue_that_invents_names_gets_no_more_series(roster):
    strangers = Strangers()
    for round_ in (1, 2):
        for n in range(NAMES + 30):
            strangers.add("yb-0012", f"x{n}", 1)
        told = {p.tags["pc"]: p.fields["messages"] for p in strangers.points(roster, NOON + round_ * 60)}
        assert len(told) == NAMES + 1
        assert told[OTHERS] == 30


def test_a_venue_that_is_struck_off_is_not_told(roster):
    strangers = Strangers()
    strangers.add("yb-9999", "01", 1)
    strangers.add("yb-0012", "99", 1)
    before_all = int(datetime(2014, 1, 1, tzinfo=LOCAL).timestamp())
    assert strangers.points(roster, before_all) == []
