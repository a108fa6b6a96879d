"""The ingest process between a real broker and a real database: dead letters, books, overload, a new roster."""

import queue
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from collector import wire
from collector.agent.link import make_client, tls_context
from collector.clock import SystemClock
from collector.conventions import DEPLOY_ROSTER
from collector.influx import Influx
from collector.ingest.consumer import Ingest
from collector.ingest.deadletter import DeadLetters, Letter, read
from collector.roster import Roster, dumps
from collector.wire import Frame
from provisioning.local.process import Child
from provisioning.local.stack import Stack

STREAM = "ab" * 16
VENUE, PC = "yb-0012", "01"


class Sender:
    """A PC by hand: it publishes what it is told and collects its acks."""

    def __init__(self, stack: Stack, venue: str = VENUE) -> None:
        endpoint = stack.endpoint(venue)
        self.acks: queue.Queue[wire.Ack] = queue.Queue()
        self.client = make_client(STREAM, endpoint, tls_context(endpoint))
        subscribed: queue.Queue[bool] = queue.Queue()
        self.client.on_subscribe = lambda *_: subscribed.put(True)
        self.answers: queue.Queue[bytes] = queue.Queue()  # what is no ack
        self.client.on_message = lambda _c, _d, message: self._on_answer(bytes(message.payload))
        self.client.connect(endpoint.host, endpoint.port)
        self.client.loop_start()
        self.client.subscribe(wire.topic(venue, "+", "ack"))
        subscribed.get(timeout=10)

    def _on_answer(self, payload: bytes) -> None:
        answer = wire.decode_answer(payload)
        if isinstance(answer, wire.Ack):
            self.acks.put(answer)
        else:
            self.answers.put(payload)

    def send(self, payload: bytes, pc: str = PC, venue: str = VENUE) -> None:
        self.client.publish(wire.topic(venue, pc, "data"), payload, qos=1).wait_for_publish(10)

    def acked(self) -> tuple[int, ...]:
        return self.acks.get(timeout=10).numbers

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def message(n: int, *lines: str, stamp: int | None = None) -> bytes:
    stamp = stamp or int(SystemClock().wall().timestamp()) - 100 + n
    own = f'agent n={n}i,stream="{STREAM}",clock="server" {stamp}'
    return wire.encode([Frame(STREAM, n, (own, *(f"{line} {stamp}" for line in lines)))])


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with Stack(tmp_path / "stack") as made:
        yield made


@pytest.fixture
def sender(stack: Stack) -> Iterator[Sender]:
    made = Sender(stack)
    yield made
    made.close()


@pytest.fixture
def influx(stack: Stack) -> Iterator[Influx]:
    connection = Influx(stack.deploy.influx)
    yield connection
    connection.close()


def dead(stack: Stack) -> list[Letter]:
    return list(read(stack.folder / "state"))


def test_a_ping_is_answered_with_the_servers_time(stack, sender):
    stack.ingest()
    before = SystemClock().wall().timestamp() * 1000
    sender.send(wire.encode([Frame(STREAM, 0, ())]))
    ack = sender.acks.get(timeout=10)
    assert ack.numbers == (0,)
    assert before - 1 <= ack.server_ms <= SystemClock().wall().timestamp() * 1000 + 1


def test_an_ack_means_stored_and_a_message_sent_twice_is_stored_once(stack, sender, influx):
    stack.ingest()
    payload = message(1, "host cpu=1.0")
    for _ in range(2):
        sender.send(payload)
        assert sender.acked() == (1,)
        (series,) = influx.query('SELECT n FROM "agent"')
        assert series.column("n") == [1]


def test_what_cannot_be_taken_is_kept_with_its_reason_and_answered(stack, sender, influx):
    child = stack.ingest()
    sender.send(message(1, "host cpu=1.0", "host temperature=40.0"))
    assert sender.acked() == (1,)
    sender.send(message(2), pc="99")
    assert sender.acked() == (2,)
    sender.send(b"garbage")
    child.wait_until(lambda: len(dead(stack)) == 3)
    assert [(letter.reason, letter.topic) for letter in dead(stack)] == [
        ("field", wire.topic(VENUE, PC, "data")),
        ("pc", wire.topic(VENUE, "99", "data")),
        ("header", wire.topic(VENUE, PC, "data")),
    ]
    assert dead(stack)[2].payload == b"garbage"
    refusal = wire.decode_answer(sender.answers.get(timeout=10))
    assert isinstance(refusal, wire.Refusal)
    assert (refusal.stream, refusal.reason) == ("", "header")
    assert influx.query("SELECT cpu FROM host")[0].column("cpu") == [1]
    assert child.stop() == 0
    assert "received=3, stored=1, dead=2, in_flight=0, shed=0" in child.tail()


def test_the_books_are_written_and_balance(stack, sender, influx):
    child = stack.ingest()
    for n in range(1, 6):
        sender.send(message(n))
        assert sender.acked() == (n,)
    assert child.stop() == 0
    assert influx.query("SELECT last(stored) FROM ledger")[0].rows[0][1] == 5
    (series,) = influx.query("SELECT received, stored, dead, in_flight, shed FROM ledger")
    for _, received, stored, lost, flying, shed in series.rows:
        assert received == stored + lost + flying + shed


def test_nothing_is_acknowledged_while_the_database_is_away_and_all_of_it_afterwards(stack, sender, influx):
    child = stack.ingest()
    stack.influxd.kill()
    sender.send(message(1))
    child.wait_until(lambda: "does not take data" in child.tail())
    with pytest.raises(queue.Empty):
        sender.acks.get(timeout=0.5)
    stack.influxd.restart()
    assert sender.acked() == (1,)
    assert influx.query('SELECT n FROM "agent"')[0].column("n") == [1]
    assert "takes data again" in child.tail()
    assert child.tail().count("does not take data") == 1


def test_a_stop_while_the_database_is_away_does_not_hang(stack, sender):
    child = stack.ingest()
    stack.influxd.kill()
    sender.send(message(1))
    child.wait_until(lambda: "does not take data" in child.tail())
    assert child.stop() == 0


def test_a_changed_roster_is_used_at_once(stack, sender, influx):
    child = stack.ingest()
    sender.send(message(1), pc="77")
    assert sender.acked() == (1,)
    old = stack.deploy.roster().get()
    venues = tuple(replace(v, pcs=(*v.pcs, "77")) if v.id == VENUE else v for v in old.venues)
    (stack.deploy.folder / DEPLOY_ROSTER).write_text(dumps(Roster(old.site, venues)), "utf-8")
    child.wait_until(lambda: "roster read again" in child.tail())
    sender.send(message(2), pc="77")
    assert sender.acked() == (2,)
    assert influx.query("SELECT n FROM agent WHERE pc = '77'")[0].column("n") == [2]


def test_two_workers_share_the_work(stack, sender):
    children: list[Child] = [stack.ingest("1"), stack.ingest("2")]
    for n in range(1, 21):
        sender.send(message(n))
    answered: set[int] = set()
    while len(answered) < 20:
        answered |= set(sender.acked())
    assert [child.stop() for child in children] == [0, 0]
    taken = [int(child.tail().rsplit("received=", 1)[1].split(",")[0]) for child in children]
    assert sum(taken) == 20
    assert min(taken) > 0


def test_where_there_is_no_room_payloads_are_turned_away_and_stand_in_the_books(stack):
    """The database is away, so that nothing leaves; the process is driven by hand."""
    stop = threading.Event()
    stop.set()
    stack.influxd.kill()
    influx = Influx(stack.deploy.influx)
    ingest = Ingest(
        worker="hand",
        broker=stack.deploy.broker,
        roster=stack.deploy.roster(),
        influx=influx,
        dead_letters=DeadLetters(stack.folder / "state", SystemClock()),
        clock=SystemClock(),
        stop=stop,
        room=5,
    )
    topic = wire.topic(VENUE, PC, "data")
    bundle = [Frame(STREAM, n, (f'agent n={n}i,stream="{STREAM}" 1',)) for n in (21, 22, 23)]
    for n in range(1, 6):
        ingest._arrived(topic, message(n))
    ingest._arrived(topic, wire.encode(bundle))
    assert (ingest.ledger.received, ingest.ledger.shed, ingest.ledger.in_flight) == (8, 3, 5)
    # What happens now still gets through, as long again; then nothing does.
    for n in range(6, 13):
        ingest._arrived(topic, message(n))
    assert (ingest.ledger.received, ingest.ledger.shed, ingest.ledger.in_flight) == (15, 5, 10)
    ingest.run()
    assert ingest.ledger.balanced
    # Of the ten taken nobody knows whether they are stored.
    assert (ingest.ledger.received, ingest.ledger.shed, ingest.ledger.in_flight) == (15, 15, 0)
    influx.close()


def test_a_stop_finishes_what_is_in_hand(stack, sender, influx):
    """A burst, and at once the signal: whatever was taken is stored, and answered before it leaves."""
    child = stack.ingest()
    for n in range(1, 101):
        sender.client.publish(wire.topic(VENUE, PC, "data"), message(n), qos=1)
    answered = set(sender.acked())
    assert child.stop() == 0
    (series,) = influx.query('SELECT n FROM "agent"')
    stored = set(series.column("n"))
    with suppress(queue.Empty):
        while True:
            answered |= set(sender.acks.get(timeout=0.5).numbers)
    assert answered == stored
    assert f"received={len(stored)}, stored={len(stored)}, dead=0, in_flight=0, shed=0" in child.tail()


def test_an_unregistered_pc_is_a_finding_with_its_place(stack, sender, influx):
    """Written when the minute is over, or as here when the process ends."""
    child = stack.ingest()
    for n in (1, 2):
        sender.send(message(n), pc="99")
        assert sender.acked() == (n,)
    assert child.stop() == 0
    (series,) = influx.query("SELECT messages FROM unregistered GROUP BY *")
    assert series.tags == {"venue": VENUE, "pc": "99", "class": "game", "place": series.tags["place"]}
    assert series.column("messages") == [2]
    reasons = influx.query("SELECT last(count) FROM refused GROUP BY reason")
    assert {r.tags["reason"]: r.rows[0][1] for r in reasons} == {"pc": 2}


def test_a_pc_with_a_wrong_clock_is_a_finding_with_its_place(stack, sender, influx):
    """Its data is refused; that it was, is stored under its name at the time of the arrival."""
    child = stack.ingest()
    for n in (1, 2):
        sender.send(message(n, stamp=2_000_000_000))  # 2033
        assert sender.acked() == (n,)
    assert child.stop() == 0
    (series,) = influx.query("SELECT messages FROM misdated GROUP BY *")
    assert {name: series.tags[name] for name in ("venue", "pc", "class", "reason")} == {
        "venue": VENUE,
        "pc": PC,
        "class": "game",
        "reason": "future",
    }
    assert series.column("messages") == [2]
