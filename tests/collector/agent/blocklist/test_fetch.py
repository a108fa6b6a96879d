"""A file comes whole and as offered, or not at all, from a real HTTPS server that does not always behave."""

import hashlib
import random
import threading
from dataclasses import replace

import pytest

from collector.agent.blocklist.fetch import PART, Fetcher, FetchError, Limits
from collector.clock import SystemClock
from collector.wire import Offer
from tests.collector.agent.blocklist.server import Server

CONTENT = random.Random(1).randbytes(300_000)
LIMITS = Limits(stall=0.3, total=5.0)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("tls"), CONTENT) as server:
        yield server


@pytest.fixture
def server(running):
    running.ways.clear()
    running.asked.clear()
    running.content = CONTENT
    return running


@pytest.fixture
def offer(server):
    return Offer("7", len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), server.url)


@pytest.fixture
def stop():
    return threading.Event()


@pytest.fixture
def fetcher(server, tmp_path, stop):
    return Fetcher(tmp_path / "state", server.ca_file, SystemClock(), stop, LIMITS)


def test_the_offered_file_comes_whole(fetcher, offer, server):
    assert fetcher.fetch(offer).read_bytes() == CONTENT
    assert server.asked == [None]


def test_a_file_that_is_there_is_not_asked_for_again(fetcher, offer, server):
    fetcher.fetch(offer)
    assert fetcher.fetch(offer).read_bytes() == CONTENT
    assert len(server.asked) == 1


@pytest.mark.parametrize("way", ["cut", "stall"])
def test_after_a_break_it_goes_on_where_it_was(way, fetcher, offer, server):
    server.ways.append(way)
    with pytest.raises(FetchError) as fault:
        fetcher.fetch(offer)
    assert not fault.value.permanent
    assert fetcher.fetch(offer).read_bytes() == CONTENT
    assert server.asked == [None, f"bytes={len(CONTENT) // 2}-"]


def test_a_server_without_ranges_sends_it_anew(fetcher, offer, server):
    server.ways += ["cut", "no-range"]
    with pytest.raises(FetchError):
        fetcher.fetch(offer)
    assert fetcher.fetch(offer).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("way", "said"),
    [("lying-range", "sends from byte"), ("other-size", "the server's file has"), ("416", "answers 416")],
)
def test_a_server_that_lies_about_the_rest_is_not_believed(way, said, fetcher, offer, server):
    server.ways += ["cut", way]
    with pytest.raises(FetchError):
        fetcher.fetch(offer)
    with pytest.raises(FetchError, match=said):
        fetcher.fetch(offer)
    assert fetcher.fetch(offer).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("wrong", "SHA-256"),
        ("longer", "longer than offered"),
        ("500", "answers 500"),
        ("404", "answers 404"),
        ("redirect", "answers 302"),
    ],
)
def test_a_wrong_answer_is_no_file(way, said, fetcher, offer, server):
    server.ways.append(way)
    with pytest.raises(FetchError, match=said):
        fetcher.fetch(offer)
    assert fetcher.fetch(offer).read_bytes() == CONTENT


def test_a_part_of_another_file_under_the_same_address_ends_well(fetcher, offer, server):
    """The file was exchanged between two attempts: the mixture is thrown away, the third try is whole."""
    server.content = bytes(len(CONTENT))
    server.ways.append("cut")
    with pytest.raises(FetchError):
        fetcher.fetch(offer)
    server.content = CONTENT
    with pytest.raises(FetchError, match="SHA-256"):
        fetcher.fetch(offer)
    assert fetcher.fetch(offer).read_bytes() == CONTENT


def test_bytes_that_come_slowly_end_with_the_time(server, offer, tmp_path, stop):
    server.ways.append("drip")
    fetcher = Fetcher(tmp_path, server.ca_file, SystemClock(), stop, replace(LIMITS, total=0.3))
    with pytest.raises(FetchError, match=r"not complete within 0\.3 s"):
        fetcher.fetch(offer)


def test_it_stops_when_told_to(fetcher, offer, stop):
    stop.set()
    with pytest.raises(FetchError, match="stopped"):
        fetcher.fetch(offer)


def test_more_than_the_limit_is_not_even_asked_for(server, offer, tmp_path, stop):
    fetcher = Fetcher(tmp_path, server.ca_file, SystemClock(), stop, replace(LIMITS, size=1000))
    with pytest.raises(FetchError, match="at most 1000") as fault:
        fetcher.fetch(offer)
    assert fault.value.permanent
    assert server.asked == []


def test_a_server_of_another_authority_is_not_trusted(offer, tmp_path, stop, server):
    fetcher = Fetcher(tmp_path, None, SystemClock(), stop, LIMITS)
    with pytest.raises(FetchError, match="certificate"):
        fetcher.fetch(offer)
    assert server.asked == []


def test_http_is_for_this_very_machine_only(tmp_path, offer, stop):
    with Server(tmp_path, CONTENT, tls=False) as plain:
        fetcher = Fetcher(tmp_path / "state", None, SystemClock(), stop, LIMITS)
        assert fetcher.fetch(replace(offer, url=plain.url)).read_bytes() == CONTENT
        for url in ("http://192.0.2.1/x", "http://127.0.0.1.example/x", "http://localhost.example/x"):
            with pytest.raises(FetchError, match="not https") as fault:
                fetcher.fetch(replace(offer, url=url))
            assert fault.value.permanent


def test_parts_of_offers_that_hold_no_more_are_removed(fetcher, offer, tmp_path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / f"{'0' * 64}{PART}").write_bytes(b"old")
    fetcher.fetch(offer)
    assert [path.name for path in (tmp_path / "state").iterdir()] == [f"{offer.sha256}{PART}"]


def test_where_nobody_listens_it_is_a_failure_for_now(fetcher, offer):
    with pytest.raises(FetchError, match="URLError") as fault:
        fetcher.fetch(replace(offer, url="https://127.0.0.1:9/x"))
    assert not fault.value.permanent
