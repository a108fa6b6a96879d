"""A PC follows what its site offers: not all at once, not for ever, and never to something worse."""

import hashlib
import random
import threading
from pathlib import Path

import pytest

from collector.agent.blocklist import Current
from collector.agent.blocklist.fetch import Fetcher, Limits
from collector.agent.blocklist.updater import NAME_LENGTH, Pace, Updater
from collector.clock import SystemClock
from collector.wire import Offer
from tests.collector.agent.blocklist.server import Server

AT_ONCE = Pace(spread=0.0, retry_first=0.02, retry_longest=0.05)
WITHIN = 10.0


@pytest.fixture
def server(tmp_path: Path):
    with Server(tmp_path / "tls", b"") as running:
        yield running


class Pc:
    """The thread of one PC; `reached` waits for a state without polling for longer than needed."""

    def __init__(self, folder: Path, server: Server, pace: Pace) -> None:
        self.current = Current(folder)
        stop = threading.Event()
        fetcher = Fetcher(folder, server.ca_file, SystemClock(), stop, Limits(stall=0.3, total=2.0))
        self.updater = Updater(self.current, fetcher, random.Random(1), pace)
        self.thread = threading.Thread(target=self.updater.run)
        self.thread.start()

    def reached(self, condition) -> bool:
        pause, until = threading.Event(), SystemClock().monotonic() + WITHIN
        while not condition() and SystemClock().monotonic() < until:
            pause.wait(0.01)
        return condition()

    def close(self) -> None:
        self.updater.stop()
        self.thread.join(WITHIN)
        assert not self.thread.is_alive()


@pytest.fixture
def pc(tmp_path: Path, server: Server):
    started = Pc(tmp_path / "state", server, AT_ONCE)
    yield started
    started.close()


def offered(server: Server, path: Path) -> Offer:
    server.content = path.read_bytes()
    return Offer("7", len(server.content), hashlib.sha256(server.content).hexdigest(), server.url)


def test_an_offered_list_comes_into_force_in_spite_of_a_bad_line(pc, server, make):
    server.ways += ["503", "cut", "stall", "wrong", "cut"]
    pc.updater.offer(offered(server, make("one", ["one.test"])))
    assert pc.reached(lambda: pc.current.match("www.one.test") is not None)
    assert pc.reached(lambda: pc.updater.fault == "")
    assert len(server.asked) == 6


def test_a_newer_offer_replaces_the_list(pc, server, make):
    pc.updater.offer(offered(server, make("one", ["one.test"])))
    assert pc.reached(lambda: pc.current.match("one.test") is not None)
    pc.updater.offer(offered(server, make("two", ["two.test"])))
    assert pc.reached(lambda: pc.current.match("two.test") is not None)
    assert pc.current.match("one.test") is None


def test_an_offer_heard_again_is_not_fetched_again(pc, server, make, tmp_path):
    offer = offered(server, make("one", ["one.test"]))
    pc.updater.offer(offer)
    assert pc.reached(lambda: pc.current.name == offer.sha256[:NAME_LENGTH])
    pc.updater.offer(offer)
    pc.close()
    again = Pc(tmp_path / "state", server, AT_ONCE)
    again.updater.offer(offer)
    again.close()
    assert len(server.asked) == 1


def test_a_file_that_is_no_list_is_refused_once_and_the_last_good_one_stays(pc, server, make, tmp_path):
    pc.updater.offer(offered(server, make("one", ["one.test"])))
    assert pc.reached(lambda: pc.current.match("one.test") is not None)
    (tmp_path / "page").write_bytes(b"<html>" * 100)
    pc.updater.offer(offered(server, tmp_path / "page"))
    assert pc.reached(lambda: pc.updater.fault == "no compiled list")
    assert pc.current.match("one.test")
    pc.updater.offer(offered(server, make("two", ["two.test"])))
    assert pc.reached(lambda: pc.current.match("two.test") is not None)
    assert len(server.asked) == 3


def test_a_server_that_stays_away_leaves_the_last_good_one_in_force(pc, server, make):
    pc.updater.offer(offered(server, make("one", ["one.test"])))
    assert pc.reached(lambda: pc.current.match("one.test") is not None)
    server.ways += ["503"] * 1000
    pc.updater.offer(offered(server, make("two", ["two.test"])))
    assert pc.reached(lambda: len(server.asked) > 4)
    assert pc.updater.fault == "the server answers 503"
    assert pc.current.match("one.test")


def test_pcs_do_not_ask_all_at_once(server, make, tmp_path):
    pc = Pc(tmp_path / "late", server, Pace(spread=3600.0))
    pc.updater.offer(offered(server, make("one", ["one.test"])))
    pc.thread.join(0.2)
    assert pc.thread.is_alive()
    pc.close()  # and one that waits its turn ends when told to
    assert server.asked == []
