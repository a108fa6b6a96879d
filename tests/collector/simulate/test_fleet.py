"""A fleet on the real broker, ingest and database: outages, backlog, and more PCs than select() can hold."""

import threading
from collections.abc import Iterator

import pytest

from collector.clock import SystemClock
from collector.influx import Influx
from collector.simulate import Cut, Fleet, LeanSpool
from collector.simulate.files import make_room
from provisioning.local.province import registry
from provisioning.local.stack import Stack
from tests.collector.simulate.bed import QUICK, everybody, living, stored_numbers, wait_for


@pytest.fixture(scope="module")
def stack(tmp_path_factory) -> Iterator[Stack]:
    """60 venues of 20 PCs each."""
    make_room(1200)  # of the broker, too, which inherits it
    with Stack(tmp_path_factory.mktemp("fleet") / "stack", registry=registry(60, 20)) as made:
        made.ingest()
        yield made


def drained(fleet: Fleet) -> bool:
    return not fleet.queued()


def stored(stack: Stack, fleet: Fleet) -> dict[str, list[int]]:
    influx = Influx(stack.deploy.influx)
    found = stored_numbers(influx)
    influx.close()
    return {stream: found.get(stream, []) for stream in fleet.numbered()}


def all_of(fleet: Fleet) -> dict[str, list[int]]:
    return {stream: list(range(1, last + 1)) for stream, last in fleet.numbered().items()}


def test_who_is_cut_off_without_goodbye_comes_back_and_loses_nothing(stack):
    cuts = [Cut(0.4, 1.5, 3.2), Cut(0.4, 2, 3.8, pcs=True)]
    fleet = Fleet(
        everybody(stack)[:10],
        SystemClock(),
        seed=3,
        every=1,
        pace=QUICK,
        spool=LeanSpool,
        ramp=1000,
        cuts=cuts,
    )
    online: list[int] = []
    with living(fleet):
        clock, end = SystemClock(), SystemClock().monotonic() + 4.5
        while clock.monotonic() < end:
            online.append(fleet.count()["none"].connected)
            threading.Event().wait(0.1)
        fleet.sampling = False
        wait_for(lambda: drained(fleet))
        wait_for(lambda: fleet.count()["none"].connected == 200)
    tally = fleet.count()["none"]
    cut = {pc for pc in fleet.pcs if any(fleet.is_hit(each, pc) for each in cuts)}
    assert 60 < len(cut) < 180
    assert max(online) == 200
    assert 200 - len(cut) <= min(online[online.index(200) :]) < 200 - len(cut) // 2
    assert tally.disconnects >= len(cut)
    assert tally.connects == 200 + tally.disconnects
    assert len(tally.backlog) > 100  # what had waited came, and counts as such
    assert stored(stack, fleet) == all_of(fleet)
    assert min(fleet.numbered().values()) >= 4


def test_a_backlog_of_an_outage_is_delivered_while_live_data_goes_on(stack):
    fleet = Fleet(everybody(stack)[10:15], SystemClock(), seed=4, every=1, spool=LeanSpool)
    fleet.wait_through(200)
    assert fleet.drained_after is None
    with living(fleet):
        wait_for(lambda: fleet.drained_after is not None)
        fleet.sampling = False
        wait_for(lambda: drained(fleet))
    tally = fleet.count()["none"]
    assert tally.waiting == 0
    assert len(tally.backlog) >= 100 * 199  # the newest of each goes first and alone, as if it were live
    assert len(tally.live) + len(tally.settling) > 0
    assert stored(stack, fleet) == all_of(fleet)


def test_one_process_holds_more_pcs_than_a_select_can_watch(stack):
    fleet = Fleet(everybody(stack), SystemClock(), seed=5, every=10, spool=LeanSpool, ramp=1000)
    with living(fleet):
        wait_for(lambda: fleet.settled_after is not None, within=60)
        assert fleet.count()["none"].connected == len(fleet.pcs) == 1200 > 1024
        fleet.sampling = False
        wait_for(lambda: drained(fleet))
    assert stored(stack, fleet) == all_of(fleet)
    tally = fleet.count()["none"]
    assert (tally.connects, tally.disconnects) == (1200, 0)


def test_a_process_that_may_not_hold_so_many_says_how_many_it_may():
    with pytest.raises(ValueError, match="split the fleet into processes of"):
        make_room(10_000_000)
