"""Delivery: probing, opening, windows, resends and bundles, on a clock that the test moves."""

import itertools
from random import Random

import pytest

from collector.agent.delivery import Delivery, Pace
from collector.agent.spool import Spool
from collector.clock import Instant, TrustedClock
from collector.wire import Ack, Refusal, decode

BOOT = "boot-1"
SERVER = 1_700_000_000


class Bench:
    """A PC whose payloads the test answers, or not."""

    def __init__(self, **pace: float) -> None:
        self.spool = Spool(None)
        self.clock = TrustedClock()
        self.delivery = Delivery(self.spool, self.clock, BOOT, Random(1), Pace(**pace))
        self.now = 0.0

    def keep(self, count: int = 1) -> None:
        for _ in range(count):
            self.spool.append([f"agent n={self.spool.next_n}i"], Instant(BOOT, self.now, 0))

    def sent(self) -> list[list[int]]:
        """Numbers of each payload that is due now."""
        payloads = []
        while (payload := self.delivery.poll(self.now)) is not None:
            payloads.append([frame.n for frame in decode(payload)])
        return payloads

    def answer(self, *numbers: int, stream: str | None = None) -> int:
        ack = Ack(stream or self.spool.stream, numbers, int((SERVER + self.now) * 1000))
        return self.delivery.acked(ack, self.now)

    def open(self) -> None:
        self.delivery.connected(self.now)
        assert self.sent() == [[0]]
        self.answer(0)


@pytest.fixture
def bench():
    made = Bench()
    yield made
    made.spool.close()


def test_nothing_is_sent_before_a_connection(bench):
    bench.keep()
    assert (bench.sent(), bench.delivery.wake()) == ([], float("inf"))


def test_a_ping_goes_first_and_data_only_after_its_answer(bench):
    bench.keep(2)
    bench.delivery.connected(0)
    assert bench.sent() == [[0]]
    assert bench.sent() == []
    bench.answer(0)
    assert bench.sent() == [[2]]


def test_pings_become_rarer_while_nobody_answers(bench):
    bench.delivery.connected(0)
    times = []
    while bench.now < 600:
        times += [bench.now] * len(bench.sent())
        bench.now = bench.delivery.wake()
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert gaps[0] < 6
    assert 40 < gaps[-1] <= 75
    assert len(times) < 20


def test_the_window_grows_with_acks_and_the_newest_message_goes_before_the_backlog(bench):
    bench.keep(300)
    bench.open()
    assert bench.sent() == [[300]]
    bench.answer(300)
    first, second = bench.sent()
    assert (first, second) == (list(range(1, 51)), list(range(51, 101)))
    bench.answer(*first)
    bench.answer(*second)
    assert len(bench.sent()) == 4


def test_what_happens_now_does_not_wait_for_the_backlog(bench):
    bench.keep(300)
    bench.open()
    bench.sent()
    bench.answer(300)
    assert len(bench.sent()) == 2
    for n in (301, 302, 303, 304):
        bench.keep()
        assert bench.sent() == [[n]]
    bench.keep()
    assert bench.sent() == []  # there are places of its own, as many as there may be bundles
    bench.answer(301)
    assert bench.sent() == [[305]]


def test_a_bundle_that_stays_unanswered_holds_back_the_next_one_and_nothing_else(bench):
    bench.keep(60)
    bench.open()
    bench.sent()
    bench.answer(60)
    bundle, rest = bench.sent()
    bench.answer(*rest)
    bench.now += 30  # longer than a server may take that is there
    bench.keep()
    assert bench.sent() == [[61]]
    bench.answer(61)
    assert bench.sent() == []
    bench.now = bench.delivery.wake()
    assert bench.sent() == [bundle]
    assert bench.delivery.resent == len(bundle)


def test_a_bundle_that_stays_unanswered_is_sent_ever_more_rarely(bench):
    bench.keep(60)
    bench.open()
    bench.sent()
    bench.answer(60)
    bench.sent()
    pauses = []
    for _ in range(8):
        begun = bench.now
        bench.now += 30
        assert bench.sent() == []
        bench.now = bench.delivery.wake()
        pauses.append(bench.now - begun - 30)
        assert len(bench.sent()) == 1
    assert pauses[0] < 6
    assert 40 < pauses[-1] <= 75


def test_an_unanswered_payload_is_probed_for_and_sent_again_with_the_same_content(bench):
    bench.keep()
    bench.open()
    first = bench.delivery.poll(bench.now)
    bench.now += 30
    assert bench.sent() == []
    bench.now = bench.delivery.wake()
    assert bench.sent() == [[0]]
    bench.now += 0.1
    bench.answer(0)
    assert bench.delivery.poll(bench.now) == first
    assert bench.delivery.resent == 1


def test_a_late_ack_of_what_was_given_up_still_counts(bench):
    bench.keep()
    bench.open()
    assert bench.sent() == [[1]]
    bench.now += 30
    bench.sent()
    assert (bench.answer(1), bench.spool.queued) == (1, 0)


def test_an_ack_of_another_stream_takes_nothing(bench):
    bench.keep()
    bench.open()
    bench.sent()
    assert (bench.answer(1, stream="f" * 32), bench.spool.queued) == (0, 1)


def test_a_lost_connection_sends_everything_again(bench):
    bench.keep(3)
    bench.open()
    bench.sent()
    bench.delivery.disconnected()
    assert bench.sent() == []
    bench.open()
    assert bench.sent() == [[1, 2, 3]]


def test_the_server_stalling_on_data_alone_does_not_make_a_storm(bench):
    """Pings are answered, data never: each round costs more waiting than the one before."""
    bench.keep(1000)
    bench.open()
    payloads = 0
    while bench.now < 3600:
        for numbers in bench.sent():
            payloads += 1
            if numbers == [0]:
                bench.answer(0)
        bench.now = max(bench.now + 0.1, bench.delivery.wake())
    assert payloads < 120


def test_once_the_servers_time_is_known_a_power_cut_leaves_no_sample_to_the_pcs_clock(bench):
    bench.keep()
    bench.delivery.stamp()
    assert bench.spool.newest() is None
    bench.open()
    bench.delivery.disconnected()
    bench.now = 500.0
    bench.keep()
    bench.delivery.stamp()
    after = TrustedClock()  # the next boot's, which knows nothing yet
    rest = Delivery(bench.spool, after, "boot-2", Random(1), Pace())
    rest.connected(3.0)
    bench.delivery = rest
    bench.now = 3.0
    assert bench.sent() == [[0]]
    bench.answer(0)
    frames = bench.spool.frames([1, 2])
    assert [frame.lines[0].rsplit(",", 1)[1] for frame in frames] == [
        f'clock="server" {SERVER}',
        f'clock="server" {SERVER + 500}',
    ]


def test_stamps_come_from_the_server_whatever_the_pc_says(bench):
    bench.keep()
    bench.now = 40
    bench.keep()
    bench.open()
    bench.sent()
    (frame,) = bench.spool.frames([1])
    assert frame.lines[0].endswith(f" {SERVER}")


class TestTrustedClock:
    def test_the_smallest_round_trip_wins(self):
        clock = TrustedClock()
        clock.observe(1_000_000, sent=10, received=14)
        assert clock.epoch(12) == 1000
        clock.observe(1_002_100, sent=14, received=14.2)
        assert clock.epoch(14.1) == pytest.approx(1002.1)
        clock.observe(1_009_000, sent=15, received=19)
        assert clock.epoch(14.1) == pytest.approx(1002.1)

    def test_an_old_offset_gives_way_since_a_quartz_drifts(self):
        clock = TrustedClock()
        clock.observe(1_000_000, sent=0, received=0.01)
        clock.observe(88_000_000, sent=86_400, received=86_400.1)
        assert clock.epoch(86_400.05) == pytest.approx(88_000)

    def test_before_the_first_ack_there_is_no_time(self):
        with pytest.raises(LookupError):
            TrustedClock().epoch(1)


def refuse(bench: Bench, stream: str | None = None) -> bool:
    refusal = Refusal(bench.spool.stream if stream is None else stream, "version", "wire 2")
    return bench.delivery.refused(refusal, bench.now)


def test_what_is_refused_is_kept_and_asked_about_ever_more_rarely(bench):
    bench.keep(3)
    bench.delivery.connected(0)
    times = []
    while bench.now < 20_000:
        if bench.sent():
            times.append(bench.now)
            assert refuse(bench)
        bench.now = bench.delivery.wake()
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert 45 <= gaps[0] <= 75
    assert gaps[1] > gaps[0]
    assert 2700 <= gaps[-1] <= 4500
    assert bench.spool.queued == 3


def test_several_refusals_of_what_was_under_way_are_one(bench):
    bench.keep(3)
    bench.open()
    assert bench.sent() == [[3]]
    assert refuse(bench)
    wake = bench.delivery.wake()
    assert refuse(bench)
    assert bench.delivery.wake() == wake


def test_a_server_that_was_updated_gets_all_of_it_and_the_pause_begins_anew(bench):
    bench.keep(3)
    bench.delivery.connected(0)
    for _ in range(5):
        assert bench.sent() == [[0]]
        refuse(bench)
        bench.now = bench.delivery.wake()
    assert bench.sent() == [[0]]
    bench.answer(0)
    assert bench.sent() == [[3]]
    bench.answer(3)
    assert bench.sent() == [[1, 2]]
    refuse(bench)
    assert bench.delivery.wake() - bench.now <= 75


@pytest.mark.parametrize("stream", ["", "cd" * 16])
def test_rubbish_that_another_sends_under_this_name_silences_nobody(bench, stream):
    bench.keep(1)
    bench.open()
    assert not refuse(bench, stream)
    assert bench.sent() == [[1]]
