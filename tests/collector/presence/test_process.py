"""The process on real broker, database and ingest: what it says of PCs that live, say goodbye and never came."""

import threading
from dataclasses import replace

from collector import lineprotocol
from collector.clock import SystemClock
from collector.influx import Influx
from collector.lineprotocol import Point
from collector.simulate import Fleet, Habits, SimulatedVenue
from provisioning.local.stack import Stack


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
