"""What cannot leave is kept, in order, tried again ever more rarely, said once, and bounded."""

import logging
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from alerts.engine import outbox
from alerts.engine.contacts import Receiver
from alerts.engine.dispatch import Alert, Notification
from alerts.engine.outbox import Letter, Outbox, Waiting
from alerts.relay.transport import DeliveryError

T0 = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def later(seconds):
    return T0 + timedelta(seconds=seconds)


def notice(name, receiver="inspectors"):
    one = Alert("title", (("venue", name),), (), 1.0, T0, T0)
    return Notification((("venue", name),), (one,), (), receiver)


def mail(uid, **more):
    return Receiver(uid=uid, type="email", settings={"addresses": f"{uid}@laocai.example"}, **more)


CONTACTS = {"inspectors": (mail("inspectors"),), "administrators": (mail("administrators"),)}


class Server:
    """Takes notices, or raises the `fault` of a receiver; it has no way but mail."""

    def __init__(self):
        self.faults = {}
        self.tries = []
        self.taken = []

    def __call__(self, receiver):
        return None if receiver.type != "email" else lambda letter: self.take(receiver.uid, letter)

    def take(self, uid, letter):
        self.tries.append(uid)
        if uid in self.faults:
            raise self.faults[uid]
        self.taken.append((uid, dict(letter.group).get("venue")))


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def box(server):
    found = Outbox(server)
    found.address(CONTACTS)
    return found


def test_a_failed_notice_is_tried_again_ever_more_rarely_and_said_once(server, box, caplog):
    caplog.set_level(logging.INFO)
    server.faults["inspectors"] = DeliveryError("connection refused", permanent=False)
    box.put([notice("a"), notice("b")], T0)
    tried = []
    for tick in range(100):
        before = len(server.tries)
        box.flush(later(10 * tick))
        tried += [10 * tick] * (len(server.tries) - before)
    assert tried[:7] == [0, 10, 30, 70, 150, 310, 610]
    assert all(later - earlier <= 300 for earlier, later in pairwise(tried))
    server.faults.clear()
    box.flush(later(3600))
    assert server.taken == [("inspectors", "a"), ("inspectors", "b")]
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_one_receiver_that_fails_holds_up_no_other(server, box):
    server.faults["administrators"] = DeliveryError("450 mailbox full", permanent=False)
    box.put([notice("a", "administrators"), notice("b"), notice("c", "administrators"), notice("d")], T0)
    box.flush(T0)
    assert server.taken == [("inspectors", "b"), ("inspectors", "d")]
    assert [letter.notification.group for letter in box.waiting] == [(("venue", "a"),), (("venue", "c"),)]
    assert server.tries.count("administrators") == 1


def test_a_notice_that_is_refused_for_good_is_said_and_holds_up_no_other(server, box, caplog):
    server.faults["inspectors"] = DeliveryError("550 no such user", permanent=True)
    box.put([notice("a")], T0)
    box.flush(T0)
    server.faults.clear()
    box.put([notice("b")], T0)
    box.flush(T0)
    assert server.taken == [("inspectors", "b")]
    assert box.books(T0) == [Waiting("email", 0, timedelta(), 1)]
    assert "550 no such user" in caplog.text
    assert caplog.records[-1].venue == "a"


def test_the_outbox_is_bounded_and_says_what_it_drops(box, caplog):
    box.put([notice(str(n)) for n in range(outbox.MOST + 2)], T0)
    assert (len(box.waiting), box.books(T0)[0].given_up) == (outbox.MOST, 2)
    assert box.waiting[0].notification == notice("2")
    assert [record.venue for record in caplog.records] == ["0", "1"]


def test_every_way_of_a_contact_point_is_taken_and_fails_by_itself(server, box):
    box.address({"inspectors": (mail("one"), mail("two"))})
    server.faults["one"] = DeliveryError("down", permanent=False)
    box.put([notice("a")], T0)
    box.flush(T0)
    assert server.taken == [("two", "a")]
    assert [letter.uid for letter in box.waiting] == ["one"]


def test_whoever_wants_no_ends_gets_none(server, box):
    box.address({"inspectors": (mail("one", disableResolveMessage=True),)})
    both = notice("a")
    box.put([Notification(both.group, (), both.firing, "inspectors")], T0)
    assert not box.waiting
    box.put([Notification(both.group, both.firing, both.firing, "inspectors")], T0)
    assert box.waiting[0].notification == both


def test_a_way_that_is_grafanas_alone_is_said_and_holds_nothing(server, caplog):
    hook = Receiver(uid="hook", type="webhook", settings={"url": "http://127.0.0.1"})
    box = Outbox(server)
    box.address({"inspectors": (hook, mail("inspectors"))})
    box.put([notice("a")], T0)
    box.flush(T0)
    assert server.taken == [("inspectors", "a")]
    assert caplog.text.count("nobody hears of violations by hook") == 1
    assert [row.channel for row in box.books(T0)] == ["email"]


def test_a_letter_to_a_way_that_is_gone_is_given_up_and_said(server, box, caplog):
    box.put([notice("a")], T0)
    box.address({"administrators": CONTACTS["administrators"]})
    box.flush(T0)
    assert (len(box.waiting), server.taken) == (0, [])
    assert "no contact point has a way inspectors any more" in caplog.text


def test_the_books_say_how_many_wait_and_for_how_long(server):
    waiting = [
        Letter("inspectors", "email", T0, notice("a")),
        Letter("inspectors", "email", later(60), notice("b")),
    ]
    box = Outbox(server, waiting)
    assert box.books(later(90)) == [Waiting("email", 2, timedelta(seconds=90), 0)]
    assert Outbox(server).books(T0) == []
