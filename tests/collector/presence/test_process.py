"""The process on real broker, database and ingest: what it says of PCs that live, say goodbye and never came."""

import threading
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import count

from collector import lineprotocol
from collector.clock import SystemClock
from collector.influx import Influx
from collector.lineprotocol import Point
from collector.presence import Presencer
from collector.presence.facts import Times
from collector.presence.rounds import Rounds
from collector.presence.source import InfluxSource
from collector.simulate import Cut, Fleet, Habits, SimulatedVenue
from provisioning.local.agent import LocalAgent
from provisioning.local.stack import Stack


def test_a_pc_is_blind_that_looks_for_none_of_an_offered_list_and_closed_after_its_goodbye(tmp_path):
    """Its zero would mean nothing. The command itself, on real broker, database and ingest."""
    with Stack(
        tmp_path / "stack", {"offer": {"file": "/nowhere", "url": "https://lists.example/x"}}
    ) as stack:
        influx = Influx(stack.deploy.influx)
        influx.write(clean_books(SystemClock()))
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
        assert told(influx, "unobserved", "yb-0036")["cause"] == "not_looking"
        assert influx.query("SELECT * FROM unobserved WHERE venue = 'yb-0031'") == []
        closed = ("closed", "said_goodbye", 0)
        child.wait_until(lambda: said()["yb-0031"] == said()["yb-0036"] == closed)
        child.wait_until(lambda: told(influx, "venue", "yb-0031")["closed"] == 1)
        assert told(influx, "venue", "yb-0031")["excess"] == 0
        assert told(influx, "register", "yb-0036")["certificate_missing"] == 1
        (disks,) = influx.query("SELECT last(used) FROM disk WHERE folder = '/var/lib/quannet'")
        assert 0 < disks.rows[0][1] < 100
        assert influx.query("SELECT last(share) FROM coverage GROUP BY place")
        influx.close()
        assert child.stop() == 0


def test_a_killed_agent_a_cut_venue_two_of_one_name_and_a_broker_that_restarts(tmp_path):
    """All parts real, and fifteen times as fast: messages each two seconds, and verdicts each second."""
    with Stack(tmp_path / "stack") as stack, ExitStack() as judging:
        clock, ended, stop = SystemClock(), threading.Event(), threading.Event()
        influx = Influx(stack.deploy.influx)
        judging.callback(influx.close)
        influx.write(clean_books(clock))
        stack.ingest()
        said, broker = Said(influx), stack.mosquitto
        presence = Presencer(
            broker=stack.deploy.broker,
            roster=stack.deploy.roster(),
            influx=influx,
            clock=clock,
            stop=ended,
            every=1,
            times=Times(beat=BEAT),
        )
        cut = [Cut(1, 4, 99)]
        fleets = [
            Fleet([venue(stack, "yb-0012", "01", "02", "03")], clock, seed=1, every=BEAT),
            Fleet([venue(stack, "yb-0015", "01", "02")], clock, seed=2, every=BEAT, cuts=cut),
            twins(venue(stack, "yb-0031", "01"), clock),
        ]
        endpoint = stack.endpoint("yb-0012")
        agent = stack.adopt(LocalAgent(stack.folder / "pc", endpoint, "yb-0012", "04", every=BEAT))
        judging.enter_context(running(presence.run, ended))
        with ExitStack() as living:
            for fleet in fleets:
                living.enter_context(running(partial(fleet.run, stop), stop))
            agent.wait_until(lambda: agent.state().get("numbered", 0) >= 3)
            agent.wait_until(lambda: said("yb-0012", "04") == "online/seen")
            agent.kill()
            broker.wait_until(lambda: said("yb-0012", "04") == "silent/lost")
            broker.wait_until(lambda: said("yb-0015", "01") == said("yb-0015", "02") == "dark/venue_gone")
            assert said("yb-0012", "05") == "unknown/never_seen"

            influx.query("DROP SERIES FROM ledger WHERE worker = 'earlier'", method="POST")
            broker.kill()
            broker.restart()
            broker.wait_until(lambda: said("yb-0012", "04") == "unknown/broker_gone")
            broker.wait_until(lambda: all(pc.online for pc in fleets[0].pcs))
            assert said("yb-0012", "01") == "online/seen"
            # What a presence sees that begins only now.
            anew = Rounds(InfluxSource(influx), Times(beat=BEAT))
            verdicts = anew.judge(stack.deploy.roster().get(), {}, int(clock.wall().timestamp()))
            assert verdicts["yb-0031", "01"].cause == "two_agents"
        assert said.accused == {("yb-0012", "04"), ("yb-0015", "01"), ("yb-0015", "02")}


def told(influx, measurement: str, venue: str) -> dict:
    """The last point of a venue."""
    (found,) = influx.query(f"SELECT * FROM {measurement} WHERE venue = '{venue}' ORDER BY time DESC LIMIT 1")
    return dict(zip(found.columns, found.rows[0], strict=True))


@contextmanager
def running(work, stop):
    """In a thread that is over afterwards."""
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


BEAT = 2


def venue(stack, name, *pcs):
    return SimulatedVenue(name, pcs, stack.endpoint(name), Habits(1, 0))


def twins(venue, clock) -> Fleet:
    """Two of one name who speak a second apart: what both say of the same second overwrites itself."""
    made = (Fleet([venue], clock, seed=n, every=BEAT, liars={"clone": 1.0}) for n in count())
    return next(fleet for fleet in made if 0.98 < abs(fleet.pcs[0].phase - fleet.pcs[1].phase) < 1.02)


def clean_books(clock) -> list[str]:
    """Of an ingest that has been at work for long: what was before ours began is else an outage of our own."""
    minute = int(clock.wall().timestamp()) // 60 * 60
    stamps = range(minute - 600, minute + 60, 10)
    entry = {"received": 1, "connected": 1}
    return [lineprotocol.encode(Point("ledger", {"worker": "earlier"}, entry, at)) for at in stamps]


class Said:
    """The last verdict on a PC; and who was ever accused of anything, as far as it was asked."""

    def __init__(self, influx) -> None:
        self._influx = influx
        self.accused: set[tuple[str, str]] = set()

    def __call__(self, venue: str, pc: str) -> str:
        found = {}
        for one in self._influx.query("SELECT last(state), cause FROM presence GROUP BY venue, pc"):
            key, (state, cause) = (one.tags["venue"], one.tags["pc"]), one.rows[0][1:]
            found[key] = f"{state}/{cause}"
            if state in {"silent", "dark"}:
                self.accused.add(key)
        return found.get((venue, pc), "")
