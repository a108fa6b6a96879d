"""What is written each minute beside the verdicts: who is not observed, venues, places, the registry, the disks."""

import logging
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from collector.influx import Unavailable
from collector.presence.beside import LATELY, REGISTER_EVERY, Beside
from collector.presence.facts import Verdict
from collector.presence.points import points

NOW = int(datetime(2026, 3, 2, 15, 0, 7, tzinfo=UTC).timestamp())  # 22:00:07 local


def nobody(_: int) -> set[tuple[str, str]]:
    return set()


def presence(roster, now: int = NOW):
    """All online but one that is silent."""
    verdicts = {(v.id, pc): Verdict("online", "seen", now - 5) for v in roster.venues for pc in v.pcs}
    verdicts["yb-0012", "03"] = Verdict("silent", "lost", now - 300)
    return list(points(roster, verdicts, now))


def written(beside: Beside, roster, now: int = NOW) -> list:
    found = list(beside.points(roster, presence(roster, now), now))
    beside.written(roster, now)
    return found


def kinds(found) -> Counter[str]:
    return Counter(point.measurement for point in found)


def test_a_minute_has_a_point_of_each_that_is_to_be_told_of(roster, tmp_path):
    found = written(Beside(nobody, [tmp_path]), roster)
    assert kinds(found) == {"unobserved": 1, "venue": 3, "coverage": 1, "register": 3, "disk": 1}
    assert {point.time for point in found} == {NOW // 60 * 60}


def test_the_registry_is_said_at_the_start_each_ten_minutes_and_when_it_changed(roster):
    beside = Beside(nobody)
    minutes = [0, 1, 9, 10, 11, 19, 20]
    said = [kinds(written(beside, roster, NOW + 60 * minute))["register"] for minute in minutes]
    assert said == [3, 0, 0, 3, 0, 0, 3]
    changed = replace(roster, site="another")
    assert kinds(written(beside, changed, NOW + 60 * 21))["register"] == 3
    assert kinds(written(beside, changed, NOW + 60 * 22))["register"] == 0
    assert REGISTER_EVERY == 600


def test_what_the_database_did_not_take_is_said_again(roster):
    beside = Beside(nobody)
    for minute in range(3):
        now = NOW + 60 * minute
        assert kinds(beside.points(roster, presence(roster, now), now))["register"] == 3
    beside.written(roster, NOW + 120)
    assert kinds(written(beside, roster, NOW + 180))["register"] == 0


def test_strangers_count_who_spoke_lately_and_is_in_no_registry_by_now(roster):
    asked = []

    def strangers(since: int) -> set[tuple[str, str]]:
        asked.append(since)
        # 09 was registered meanwhile; yb-9999 is no venue of ours.
        return {("yb-0012", "77"), ("yb-0012", "others"), ("yb-0012", "09"), ("yb-9999", "01")}

    found = {
        p.tags["venue"]: p.fields for p in written(Beside(strangers), roster) if p.measurement == "venue"
    }
    assert asked == [NOW - LATELY]
    # Nine of ten are online: with two strangers one is beyond the licensed.
    assert (found["yb-0012"]["online"], found["yb-0012"]["strangers"], found["yb-0012"]["excess"]) == (
        9,
        2,
        1,
    )
    assert (found["yb-0031"]["strangers"], found["yb-0031"]["excess"]) == (0, 0)


def test_a_database_that_does_not_say_who_is_a_stranger_loses_no_minute_and_is_told_of_once(roster, caplog):
    away = True

    def strangers(_: int) -> set[tuple[str, str]]:
        if away:
            raise Unavailable("too slow")
        return set()

    caplog.set_level(logging.WARNING)
    beside = Beside(strangers)
    for now in (NOW, NOW + 60):
        found = [p for p in written(beside, roster, now) if p.measurement == "venue"]
        assert len(found) == 3
        assert not any({"strangers", "excess"} & point.fields.keys() for point in found)
    assert len(caplog.records) == 1
    away = False
    assert all("excess" in p.fields for p in written(beside, roster) if p.measurement == "venue")


@pytest.mark.parametrize("minute", [-1, 0])
def test_the_registry_is_that_of_the_local_day(roster, minute):
    """At its midnight a venue is struck off."""
    span = replace(roster.venues[0].spans[0], valid_to=date(2026, 3, 3))
    gone = replace(roster.venues[0], spans=(span,))
    changed = replace(roster, venues=(gone,))
    midnight = int(datetime(2026, 3, 2, 17, 0, tzinfo=UTC).timestamp())
    found = kinds(written(Beside(nobody), changed, midnight + 60 * minute))
    assert found["register"] == found["venue"] == (1 if minute < 0 else 0)
