"""Presence: each state with its cause, and a verdict on every registered PC from the real parts."""

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from collector import influxql, lineprotocol
from collector.agent.blindness.judges import REASONS
from collector.clock import SystemClock
from collector.influx import Influx
from collector.lineprotocol import Point
from collector.presence import LEDGER_FRESH, SILENT_AFTER, Presence, Seen, classify, points, reasons
from collector.simulate import Fleet, Habits, SimulatedVenue
from dashboards import looks
from provisioning.local.stack import Stack

NOW = int(datetime(2026, 3, 2, 15, 0, tzinfo=UTC).timestamp())  # 22:00 local


@pytest.mark.parametrize(
    ("seen", "alive", "verdict"),
    [
        (Seen(NOW - 10, "online"), True, Presence("online", "seen", 10)),
        (Seen(NOW - SILENT_AFTER, None), True, Presence("online", "seen", SILENT_AFTER)),
        (Seen(NOW - 10, "lost"), True, Presence("online", "seen", 10)),
        (Seen(NOW + 3, "online"), True, Presence("online", "seen", 0)),
        (Seen(NOW - 10, "closing", NOW - 12), True, Presence("closed", "said_goodbye", 10)),
        (Seen(NOW - 10, "closing", NOW - 60), True, Presence("online", "seen", 10)),
        (Seen(None, "closing", NOW - 60), True, Presence("unknown", "never_seen", None)),
        (Seen(NOW - 9000, "closing", NOW), True, Presence("closed", "said_goodbye", 9000)),
        (Seen(NOW - SILENT_AFTER - 1, "lost"), True, Presence("silent", "lost", SILENT_AFTER + 1)),
        (Seen(NOW - 500, "online"), True, Presence("silent", "no_message", 500)),
        (Seen(NOW - 500, None), True, Presence("silent", "no_message", 500)),
        (Seen(None, None), True, Presence("unknown", "never_seen", None)),
        (Seen(NOW - 500, "online"), False, Presence("unknown", "ingest_stalled", 500)),
        (Seen(NOW - 500, "lost"), False, Presence("unknown", "ingest_stalled", 500)),
        (Seen(None, None), False, Presence("unknown", "ingest_stalled", None)),
        (Seen(NOW - 10, "online"), False, Presence("online", "seen", 10)),
        (Seen(NOW - 10, "online", blind="doh"), True, Presence("blind", "doh", 10)),
        (Seen(NOW - 10, None, blind="no_permission"), False, Presence("blind", "no_permission", 10)),
        (Seen(NOW - 10, "closing", NOW - 12, "doh"), True, Presence("closed", "said_goodbye", 10)),
        (Seen(NOW - 500, "lost", blind="doh"), True, Presence("silent", "lost", 500)),
        (Seen(NOW - 500, None, blind="doh"), False, Presence("unknown", "ingest_stalled", 500)),
        (Seen(None, None, blind="doh"), True, Presence("unknown", "never_seen", None)),
    ],
)
def test_a_pc_is_classified_with_its_cause(seen, alive, verdict):
    assert classify(seen, NOW, ingest_alive=alive) == verdict


def test_every_registered_pc_gets_a_point_and_no_rule_is_a_state_of_its_own(roster):
    seen = {("yb-0012", "01"): Seen(NOW - 5, "online")}
    found = {(p.tags["venue"], p.tags["pc"]): p for p in points(roster, seen, NOW, ingest_alive=True)}
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


def test_a_blind_pc_is_online_and_not_observed(roster):
    seen = {("yb-0012", "01"): Seen(NOW - 5, "online", blind="doh")}
    found = {(p.tags["venue"], p.tags["pc"]): p.fields for p in points(roster, seen, NOW, ingest_alive=True)}
    blind, other = found["yb-0012", "01"], found["yb-0012", "02"]
    assert (blind["state"], blind["cause"], blind["online"], blind["observed"]) == ("blind", "doh", 1, 0)
    assert (other["online"], other["observed"]) == (0, 0)


def blind(pc: str, reason: str, value: int, ago: int) -> str:
    tags = {"venue": "yb-0012", "pc": pc, "reason": reason}
    return lineprotocol.encode(Point("blind", tags, {"blind": value, "detail": ""}, now() - ago))


def now() -> int:
    return int(SystemClock().wall().timestamp())  # the database has a now() of its own


def test_the_last_sample_alone_says_whether_a_pc_is_blind(influx):
    influx.write(
        [
            *(blind("01", "none", 0, 60), blind("01", "doh", 1, 30), blind("01", "policy", 1, 30)),
            *(blind("02", "doh", 1, 60), blind("02", "none", 0, 30)),
            *(blind("03", "doh", 1, 300),),
            *(
                blind("04", "new-reason", 1, 30),
                blind("04", "another-new-one", 1, 30),
                blind("04", "doh", 1, 60),
            ),
            *(blind("05", "policy", 1, 30), blind("05", "no_permission", 1, 30)),
        ]
    )
    assert reasons(influx.query(influxql.last_blind("120s"))) == {
        ("yb-0012", "01"): "doh",
        ("yb-0012", "04"): "another-new-one",
        ("yb-0012", "05"): "no_permission",
    }


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


def test_every_reason_of_the_agent_has_a_word_on_the_boards():
    assert set(REASONS) <= set(looks.CAUSES)


def test_a_minute_has_one_point_a_pc_however_often_it_is_asked(roster):
    seconds = (NOW, NOW + 10, NOW + 59, NOW + 60)
    times = [next(iter(points(roster, {}, second, ingest_alive=True))).time for second in seconds]
    assert times == [NOW, NOW, NOW, NOW + 60]


def test_a_venue_that_is_struck_off_has_no_presence(roster):
    before_all = int(datetime(2014, 1, 1, tzinfo=UTC).timestamp())
    assert list(points(roster, {}, before_all, ingest_alive=True)) == []


def test_where_a_list_is_offered_a_pc_that_looks_for_none_is_blind(tmp_path):
    """Its zero would mean nothing. Real broker, database, ingest and presence."""
    with Stack(
        tmp_path / "stack", {"offer": {"file": "/nowhere", "url": "https://lists.example/x"}}
    ) as stack:
        stack.ingest()
        child = stack.spawn("presence", "--every", "1")
        fleets = []
        for venue, looks in (("yb-0031", True), ("yb-0036", False)):
            pcs = (SimulatedVenue(venue, ("01",), stack.endpoint(venue), Habits(1, 0)),)
            fleets.append(Fleet(pcs, SystemClock(), seed=1, every=1, looks=looks))
        stop = threading.Event()
        living = [threading.Thread(target=fleet.run, args=(stop,)) for fleet in fleets]
        for one in living:
            one.start()
        influx = Influx(stack.deploy.influx)

        def said() -> dict[str, tuple]:
            answer = influx.query(
                "SELECT last(state), cause, observed FROM presence WHERE pc = '01' GROUP BY venue"
            )
            return {series.tags["venue"]: series.rows[0][1:] for series in answer}

        try:
            child.wait_until(lambda: said().get("yb-0031") == ("online", "seen", 1))
            child.wait_until(lambda: said().get("yb-0036") == ("blind", "not_looking", 0))
        finally:
            stop.set()
            for one in living:
                one.join()
            influx.close()


def test_the_process_tells_online_from_closed_from_never_seen(tmp_path):
    """Real broker, database, ingest and presence; PCs that say goodbye read as closed, not as silent."""
    with Stack(tmp_path / "stack") as stack:
        stack.ingest()
        child = stack.spawn("presence", "--every", "1")
        venue = stack.deploy.roster().get().by_id["yb-0031"]
        fleet = Fleet(
            [SimulatedVenue(venue.id, venue.pcs[:2], stack.endpoint(venue.id), Habits(1, 0))],
            SystemClock(),
            seed=1,
            every=1,
        )
        stop = threading.Event()
        living = threading.Thread(target=fleet.run, args=(stop,))
        living.start()
        influx = Influx(stack.deploy.influx)

        def states(venue_id: str = "yb-0031") -> dict[str, str]:
            answer = influx.query(f"SELECT last(state) FROM presence WHERE venue = '{venue_id}' GROUP BY pc")
            return {series.tags["pc"]: series.rows[0][1] for series in answer}

        def reads(pc: str, state: str) -> bool:
            return states().get(pc) == state

        try:
            child.wait_until(lambda: reads("01", "online") and reads("02", "online"))
            point = Point(
                "blind", {"venue": "yb-0031", "pc": "02", "reason": "doh"}, {"blind": 1, "detail": ""}
            )
            now = int(SystemClock().wall().timestamp())
            influx.write([lineprotocol.encode(replace(point, time=now))])
            child.wait_until(lambda: reads("02", "blind") and reads("01", "online"))
            assert states()["03"] == "unknown"
            assert states("yb-0012")["01"] == "unknown"
        finally:
            stop.set()
            living.join()
        child.wait_until(lambda: reads("01", "closed") and reads("02", "closed"))
        influx.close()
        assert child.stop() == 0


def test_our_own_ingest_is_asked_more_often_than_a_pc_becomes_silent():
    """Otherwise a stalled ingest would read as silent PCs first."""
    assert LEDGER_FRESH < SILENT_AFTER
