"""What is no longer seen has ended only where presence still sees whoever it was about."""

from datetime import UTC, datetime

import pytest

from alerts.engine.frames import labels
from alerts.engine.proof import LOST, UNKNOWN, Ended, counted, reasons
from alerts.engine.state import MISSING, UPDATED, Instance, Phase
from collector.influx import Influx
from provisioning.local.process import free_port

AT = datetime(2026, 3, 2, 15, 0, 5, tzinfo=UTC)
MINUTE = int(datetime(2026, 3, 2, 15, 0, tzinfo=UTC).timestamp())


def ended(venue="", pc="", reason=MISSING, reckoned=False, **more):
    named = {name: value for name, value in (("venue", venue), ("pc", pc), *more.items()) if value}
    return Ended(Instance(labels({"policy": "p"} | named), Phase.NORMAL, AT, AT, AT, reason=reason), reckoned)


def presence(venue, pc, minutes=0, online=1, seen=20):
    tags = f"class=game,pc={pc},place=04252,venue={venue}"
    heard = "" if seen is None else f",seen={seen}i"
    return f"presence,{tags} online={online}i{heard} {MINUTE - 60 * minutes}"


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([presence("yb-0012", "07")], ""),
        ([presence("yb-0012", "07", online=0, seen=200)], LOST),
        ([presence("yb-0012", "07", online=0, seen=None)], LOST),  # never seen
        ([presence("yb-0012", "07", minutes=1, seen=30)], ""),  # the newest verdict may be a minute old
        ([presence("yb-0012", "07", minutes=1, seen=100)], LOST),  # online then, and not heard since
        ([presence("yb-0012", "07", minutes=4)], LOST),  # presence itself has ceased
        ([presence("yb-0012", "08"), presence("yb-0015", "07")], LOST),  # others are no proof
        ([], LOST),
    ],
)
def test_a_pc_is_observed_where_it_was_heard_just_now(influx, lines, reason):
    if lines:
        influx.write(lines)
    assert reasons([ended("yb-0012", "07")], influx, AT) == [reason]


def test_a_venue_is_observed_where_any_of_its_pcs_is(influx):
    influx.write(
        [
            presence("yb-0012", "01", online=0, seen=900),
            presence("yb-0012", "02"),
            presence("yb-0015", "01", online=0),
        ]
    )
    assert reasons([ended("yb-0012"), ended("yb-0015")], influx, AT) == ["", LOST]


def test_a_place_and_the_server_have_no_pc_that_could_be_lost(influx):
    assert reasons([ended(place="04252"), ended(worker="1")], influx, AT) == ["", ""]


@pytest.mark.parametrize(
    ("own", "reason"), [("", ""), (UPDATED, UPDATED), ("Error", UNKNOWN), ("NoData", LOST)]
)
def test_what_was_seen_to_end_keeps_its_reason(influx, own, reason):
    assert reasons([ended("yb-0012", "07", own)], influx, AT) == [reason]


@pytest.mark.parametrize(("minutes", "reason"), [(1, ""), (4, UNKNOWN)])
def test_what_presence_reckons_itself_has_ended_where_presence_still_reckons(influx, minutes, reason):
    influx.write([f"coverage,place=04252 registered=10i {MINUTE - 60 * minutes}"])
    found = reasons([ended("yb-0012", reckoned=True), ended(place="04252", reckoned=True)], influx, AT)
    assert found == [reason, reason]


def test_the_registry_and_a_places_coverage_are_presences_own_reckoning():
    assert counted({"register"})
    assert counted({"coverage"})
    assert not counted({"unobserved"})
    assert not counted({"register", "after_hours"})
    assert not counted(set())


def test_many_venues_are_asked_of_at_once(influx):
    influx.write([presence(f"yb-{n:04}", "07") for n in range(300)])
    assert reasons([ended(f"yb-{n:04}", "07") for n in range(300)], influx, AT) == [""] * 300


def test_without_an_answer_nobody_knows(influx, caplog):
    nowhere = Influx(type(influx._access)(f"http://127.0.0.1:{free_port()}", "x"))
    found = reasons([ended("yb-0012", "07"), ended("yb-0012", "08", ""), ended(place="1")], nowhere, AT)
    nowhere.close()
    assert found == [UNKNOWN, "", ""]
    assert "nobody can tell" in caplog.text
