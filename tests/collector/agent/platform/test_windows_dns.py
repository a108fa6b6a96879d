"""Events of Windows' DNS client: read byte by byte, and an observer on a trace that is played."""

import os
import struct
import threading
from dataclasses import dataclass
from datetime import UTC, datetime

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.agent.observation import Lookup
from collector.agent.platform import windows_dns as dns
from collector.clock import FrozenClock


def wide(text):
    return text.encode("utf-16-le") + b"\0\0"


def fields(name, results="", status=0, kind=1):
    return wide(name) + struct.pack("<IQI", kind, 0x40026010, status) + wide(results)


def read(name, results=""):
    seen = dns.parse(fields(name, results), 0)
    return seen and (seen.names, seen.addresses)


def test_name_chain_and_addresses_are_read():
    results = "type:  5 CDN.Example.net;type:  5 edge.example.org.;::ffff:192.0.2.1;2001:db8::1;"
    seen = dns.parse(fields("Www.Example.VN.", results), 0, at=7.0, process="chrome.exe")
    assert seen == Lookup(
        ("www.example.vn", "cdn.example.net", "edge.example.org"),
        ("192.0.2.1", "2001:db8::1"),
        None,
        7.0,
        "chrome.exe",
    )


@pytest.mark.parametrize(
    ("results", "addresses"),
    [
        ("", ()),
        (";;;", ()),
        ("192.0.2.1", ("192.0.2.1",)),
        (" 192.0.2.1 ; fe80::1%12;", ("192.0.2.1", "fe80::1")),
        ("type: 16 text.example;type:65 other.example;type: x;192.0.2.1;nonsense", ("192.0.2.1",)),
    ],
)
def test_whatever_else_stands_in_the_results_is_passed_over(results, addresses):
    assert read("a.vn", results) == (("a.vn",), addresses)


def test_a_name_that_does_not_exist_was_looked_up():
    assert dns.parse(fields("a.vn", status=9003), 0).names == ("a.vn",)


def test_another_version_is_not_guessed_at():
    assert dns.parse(fields("a.vn"), 1) is None


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\0", wide("."), wide("a..vn"), wide("x" * 300)])
def test_what_holds_no_name_is_none(data):
    assert dns.parse(data, 0) is None


@pytest.mark.parametrize("cut", [1, 2, 9, 30])
def test_an_event_that_breaks_off_still_has_its_name(cut):
    assert dns.parse(fields("a.vn", "192.0.2.1;")[:-cut], 0).names == ("a.vn",)


def test_a_zero_of_two_letters_is_no_end():
    assert read("a\u0100b.vn")[0] == ("aāb.vn".encode("idna").decode(),)  # bytes 61 00 00 01


def test_names_in_unicode_are_written_as_on_the_wire():
    assert read("Bóng-Đá.vn", "type: 5 đích.vn;")[0] == ("xn--bng--8na8hpj.vn", "xn--ch-mja7l.vn")
    assert read("a b\\.vn")[0] == (r"a\032b\092.vn",)


@given(st.binary(max_size=200), st.integers(0, 1))
def test_no_bytes_raise(data, version):
    dns.parse(data, version)
    dns.parse(fields("a.vn") + data, version)
    seen = dns.parse(wide("a.vn") + data, 0)
    assert seen.names[0] == "a.vn"


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_raises_or_comes_out_unescaped(name, results):
    seen = read(name.replace("\0", ""), results.replace("\0", "") + ";type: 5 " + name.replace("\0", ""))
    for one in seen[0] if seen else ():
        assert one.isascii()
        assert " " not in one


@dataclass
class Event:
    data: bytes
    number: int = 3008
    version: int = 0
    process: int = os.getpid()


class Play:
    """A trace that is played: events are given while it runs."""

    def __init__(self, refuse=None):
        self.refuse, self.missing, self.calls = refuse, 0, []
        self.ended, self.take = threading.Event(), None

    def open(self, take):
        self.calls.append("open")
        if self.refuse is not None:
            raise self.refuse
        self.take = take

    def run(self):
        assert self.ended.wait(10)

    def lost(self):
        if self.ended.is_set():
            raise OSError(5, "no session")
        return self.missing

    def close(self):
        self.calls.append("close")
        self.ended.set()


@pytest.fixture
def clock():
    return FrozenClock(datetime(2026, 3, 2, tzinfo=UTC))


def ended(observer):
    """The observer's thread has come to its end."""
    observer._thread.join(10)
    return not observer._thread.is_alive()


def test_an_observer_gives_lookups_with_time_and_process(clock):
    play, seen = Play(), []
    observer = dns.DnsEvents(clock, lambda: play)
    observer.start(seen.append)
    play.take(Event(fields("a.vn")))
    play.take(Event(fields("b.vn"), number=3006))
    play.take(Event(b""))
    assert seen == [Lookup(("a.vn",), (), None, clock.monotonic(), psutil.Process().name())]
    assert observer.state().running
    observer.stop()
    assert ended(observer)
    assert play.calls == ["open", "close"]
    assert not observer.state().running
    assert observer.state().complaint == ""


def test_a_process_that_is_gone_has_no_name(clock):
    play, seen = Play(), []
    observer = dns.DnsEvents(clock, lambda: play)
    observer.start(seen.append)
    play.take(Event(fields("a.vn"), process=2**22 + 1))
    assert seen[0].process == ""
    observer.stop()


def test_what_cannot_be_read_and_what_was_lost_is_counted(clock):
    play = Play()

    def fail(_):
        raise RuntimeError("a listener's fault")

    observer = dns.DnsEvents(clock, lambda: play)
    observer.start(fail)
    play.take(Event(fields("a.vn"), version=1))
    play.take(Event(fields("a.vn")))
    play.missing = 5
    assert observer.state().lost == 7
    assert observer.state().complaint == "dns_event_unknown_version"
    observer.stop()
    assert observer.state().lost == 7


def test_without_permission_it_says_so_and_may_be_tried_again(clock):
    plays = [Play(PermissionError(13, "needs an administrator")), Play(OSError(5, "failed with 8")), Play()]
    observer = dns.DnsEvents(clock, lambda: plays.pop(0))
    observer.start(print)
    state = observer.state()
    assert (state.running, state.permitted, state.complaint) == (False, False, "needs an administrator")
    observer.start(print)
    state = observer.state()
    assert (state.running, state.permitted, state.complaint) == (False, True, "failed with 8")
    observer.start(print)
    assert observer.state().running
    observer.stop()


def test_a_session_that_somebody_ends_is_said_and_begun_again(clock):
    plays = [first := Play(), second := Play()]
    observer = dns.DnsEvents(clock, lambda: plays.pop(0))
    observer.start(print)
    observer.start(print)  # it runs: nothing
    assert len(plays) == 1
    first.ended.set()
    assert ended(observer)
    assert not observer.state().running
    assert observer.state().complaint == "the trace ended"
    observer.start(print)
    assert first.calls == ["open", "close"]
    assert observer.state().running
    observer.stop()
    assert second.calls == ["open", "close"]
