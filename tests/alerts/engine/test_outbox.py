"""What cannot leave is kept, in order, tried again ever more rarely, said once, and bounded."""

import logging
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from alerts.engine import outbox
from alerts.engine.dispatch import Notification
from alerts.engine.outbox import Lines, Outbox
from alerts.relay.transport import DeliveryError
from collector.influx import Refused, Unavailable

T0 = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def notice(name):
    return Notification((("venue", name),), (), ())


class Server:
    """Takes notices or lines, or raises `fault`."""

    def __init__(self):
        self.fault = None
        self.tries = 0
        self.taken = []

    def __call__(self, item):
        self.tries += 1
        if self.fault is not None:
            raise self.fault
        self.taken.append(item)

    def write(self, lines):
        self(tuple(lines))


@pytest.fixture
def server():
    return Server()


def test_a_failed_notice_is_tried_again_ever_more_rarely_and_said_once(server, caplog):
    caplog.set_level(logging.INFO)
    box = Outbox(server)
    server.fault = DeliveryError("connection refused", permanent=False)
    box.put([notice("a"), notice("b")])
    tried = []
    for tick in range(100):
        before = server.tries
        box.flush(T0 + timedelta(seconds=10 * tick))
        tried += [10 * tick] * (server.tries - before)
    assert tried[:7] == [0, 10, 30, 70, 150, 310, 610]
    assert all(later - earlier <= 300 for earlier, later in pairwise(tried))
    server.fault = None
    box.flush(T0 + timedelta(hours=1))
    assert server.taken == [notice("a"), notice("b")]
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_a_notice_that_is_refused_for_good_is_said_and_holds_up_no_other(server, caplog):
    box = Outbox(server)
    server.fault = DeliveryError("550 no such user", permanent=True)
    box.put([notice("a")])
    box.flush(T0)
    server.fault = None
    box.put([notice("b")])
    box.flush(T0)
    assert (server.taken, box.dropped) == ([notice("b")], 1)
    assert "550 no such user" in caplog.text
    assert caplog.records[-1].venue == "a"


def test_the_outbox_is_bounded_and_says_what_it_drops(server, caplog):
    box = Outbox(server)
    box.put([notice(str(n)) for n in range(outbox.MOST_NOTICES + 2)])
    assert (len(box.waiting), box.dropped) == (outbox.MOST_NOTICES, 2)
    assert box.waiting[0] == notice("2")
    assert [record.venue for record in caplog.records] == ["0", "1"]


def test_lines_wait_for_the_database(server, caplog):
    lines = Lines(server)
    server.fault = Unavailable("down")
    lines.put("one")
    lines.flush()
    lines.put("two")
    lines.flush()
    server.fault = None
    lines.flush()
    lines.flush()
    assert server.taken == [("one", "two")]
    assert caplog.text.count("cannot be written") == 1


def test_lines_that_the_database_refuses_are_counted_and_said(server, caplog):
    lines = Lines(server)
    server.fault = Refused("field type conflict")
    lines.put("one")
    lines.flush()
    assert (lines.dropped, len(lines.waiting)) == (1, 0)
    assert "field type conflict" in caplog.text


def test_lines_are_bounded_and_written_in_batches(server):
    lines = Lines(server)
    for n in range(outbox.MOST_LINES + 1):
        lines.put(str(n))
    assert (len(lines.waiting), lines.waiting[0], lines.dropped) == (outbox.MOST_LINES, "1", 1)
    lines.flush()
    assert {len(batch) for batch in server.taken} == {outbox.BATCH}
