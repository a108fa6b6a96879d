"""What a wrong clock costs is told by PC: counted, with its place, and only of registered ones."""

from datetime import datetime

import pytest

from collector import wire
from collector.clock import LOCAL
from collector.ingest.misdated import Misdated
from collector.ingest.pipeline import Dead, Pipeline
from collector.wire import Frame

NOON = int(datetime(2026, 3, 2, 12, 0, tzinfo=LOCAL).timestamp())
YEAR = 365 * 86_400
STREAM = "ab" * 16


def sent(roster, stamp, pc="01", venue="yb-0012"):
    own = f'agent n=1i,stream="{STREAM}",clock="pc" {stamp}'
    payload = wire.encode([Frame(STREAM, 1, (own, f"host cpu=1.0 {stamp}"))])
    return Pipeline(roster).take(wire.topic(venue, pc, "data"), payload, NOON).refused


@pytest.mark.parametrize(("stamp", "reason"), [(NOON + YEAR, "future"), (NOON - YEAR, "old")])
def test_a_message_of_a_wrong_clock_is_told_once_with_its_pc_and_place(roster, stamp, reason):
    misdated = Misdated("2")
    for _ in range(3):
        misdated.add(sent(roster, stamp))
    (point,) = misdated.points(roster, NOON)
    assert point.tags == {
        "venue": "yb-0012",
        "pc": "01",
        "place": "04273",
        "class": "game",
        "worker": "2",
        "reason": reason,
    }
    assert (point.measurement, point.fields, point.time) == ("misdated", {"messages": 3}, NOON)
    assert misdated.points(roster, NOON + 60) == []


def test_pcs_and_reasons_are_counted_apart(roster):
    misdated = Misdated("1")
    for pc, stamp in (("01", NOON + YEAR), ("01", NOON - YEAR), ("02", NOON + YEAR), ("02", NOON + YEAR)):
        misdated.add(sent(roster, stamp, pc))
    told = {(p.tags["pc"], p.tags["reason"]): p.fields["messages"] for p in misdated.points(roster, NOON)}
    assert told == {("01", "future"): 1, ("01", "old"): 1, ("02", "future"): 2}


def test_what_was_refused_for_something_else_is_not_told(roster):
    misdated = Misdated("1")
    misdated.add([Dead("line", "no line", wire.topic("yb-0012", "01", "data"), b"")])
    misdated.add(sent(roster, NOON))
    assert misdated.points(roster, NOON) == []


def test_names_that_nobody_registered_make_no_series(roster):
    misdated = Misdated("1")
    misdated.add(sent(roster, NOON + YEAR, pc="x1"))
    misdated.add(sent(roster, NOON + YEAR, venue="yb-9999"))
    assert misdated.points(roster, NOON) == []


def test_a_venue_that_is_struck_off_meanwhile_is_not_told(roster):
    misdated = Misdated("1")
    misdated.add(sent(roster, NOON + YEAR))
    before_all = int(datetime(2014, 1, 1, tzinfo=LOCAL).timestamp())
    assert misdated.points(roster, before_all) == []
