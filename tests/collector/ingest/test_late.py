"""What a late message tells, and that it is told once: on a real database, and through broker and ingest."""

import queue
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from alerts.load import BUILTIN, load
from collector import influxql, lineprotocol, wire
from collector.agent.link import make_client, tls_context
from collector.clock import SystemClock
from collector.influx import Influx, Unavailable
from collector.ingest import late as module
from collector.ingest.batch import Batch
from collector.ingest.deadletter import DeadLetters
from collector.ingest.late import LATE_AFTER, SENDERS, SPAN, Finding, Lateness, find
from collector.ingest.pipeline import Pipeline
from collector.ingest.store import Store
from collector.ingest.writer import Writer
from collector.lineprotocol import Point
from provisioning.local.stack import Stack

STREAM = "ab" * 16
NIGHT = 1_772_463_600  # 2026-03-02 22:00 in Vietnam
MORNING = NIGHT + 10 * 3600
WHO = {"venue": "yb-0012", "pc": "07", "place": "04252", "class": "game"}


def line(measurement, time=NIGHT, tags=None, **fields):
    return lineprotocol.encode(Point(measurement, {**WHO, **(tags or {})}, fields, time))


def message(*lines, n=5, time=NIGHT):
    own = line("agent", time, stream=STREAM, n=n, clock="server")
    return [own, *lines, line("host", time, cpu=3.0)]


def of(*lines):
    return find(message(*lines), STREAM, 5, MORNING)


def game(name="lmht", after_hours=30, **more):
    return line("games", tags={"game": name}, play=30, after_hours=after_hours, processes=1, **more)


def site(grade="violation", slot="0", accesses=2, **more):
    tags = {"category": "gambling", "grade": grade, "slot": slot}
    return line("sites", tags=tags, accesses=accesses, lookups=3, **more)


def test_play_after_hours_is_told_with_its_own_time_and_identity():
    assert of(game()) == Finding(tuple(WHO.items()), STREAM, 5, NIGHT, 36_000, after_hours=30)


def test_use_after_hours_is_told_apart_from_play():
    found = of(line("session", state="active", idle=2, active=30, after_hours=30))
    assert (found.after_hours, found.use_after_hours) == (0, 30)


def test_accesses_to_listed_sites_are_summed_and_the_first_is_named():
    found = of(site(domain="bet.example"), site(slot="1", accesses=1, domain="cards.example"))
    assert (found.accesses, found.domain) == (3, "bet.example")


def test_of_two_games_at_once_the_longer_counts():
    assert of(game("launcher", 30), game("lmht", 20)).after_hours == 30


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [game(after_hours=0)],
        [line("games", tags={"game": "lmht"}, play=30, processes=1)],  # no rule is known
        [line("session", state="active", idle=2, active=30, after_hours=0)],
        [site(grade="hint")],
        [site(accesses=0)],
        [line("sites", tags={"category": "violation", "grade": "none", "slot": "0"}, accesses=1)],
    ],
)
def test_what_breaks_nothing_is_not_told(lines):
    assert of(*lines) is None


@pytest.mark.parametrize("process", ["accesses=0i", "x, accesses=0i", 'a",accesses=0i,"', "a\\"])
def test_no_text_of_a_line_hides_its_number(process):
    assert of(site(process=process)).accesses == 2


@pytest.mark.parametrize("process", ["accesses=9i", 'a",accesses=9i,b="', ",grade=violation, accesses=9i"])
def test_no_text_of_a_line_makes_one_up(process):
    assert of(site(grade="hint", process=process), site(accesses=0, process=process)) is None


def test_the_order_of_tags_and_fields_does_not_matter():
    who = "class=game,place=04252,pc=07,venue=yb-0012"
    lines = [
        f'sites,slot=0,{who},grade=violation,category=x lookups=1i,process="a b,c",accesses=4i {NIGHT}',
        f"games,game=lmht,{who} play=30i,processes=1i,after_hours=20i {NIGHT}",
        f'session,{who} state="active",active=30i,after_hours=10i {NIGHT}',
    ]
    found = of(*lines)
    assert (found.accesses, found.after_hours, found.use_after_hours) == (4, 20, 10)


def test_what_is_nothing_is_left_out_of_the_line():
    told = lineprotocol.decode(of(game()).line(MORNING * 1000))
    assert told == Point(
        "late",
        WHO,
        {"stream": STREAM, "n": 5, "happened": NIGHT, "delay": 36_000, "after_hours": 30},
        MORNING * 1000,
    )


def test_the_bound_fits_the_rules_that_read_a_message_at_its_own_time():
    """An access is seen by its rule or is late, wherever in the minute the rule is evaluated; play never twice."""
    policies, _ = load(BUILTIN, "alerts/policies")
    over = {p.id: p.threshold.over.total_seconds() for p in policies}
    assert over["prohibited-site"] - 60 >= LATE_AFTER
    assert {over["after-hours-game"], over["after-hours-agent"]} == {LATE_AFTER}


# --- once ---------------------------------------------------------------------------------------------------


def finding(n=5, pc="07", venue="yb-0012", stream=STREAM, happened=None):
    tags = tuple({**WHO, "pc": pc, "venue": venue}.items())
    happened = NIGHT + 30 * n if happened is None else happened
    return Finding(tags, stream, n, happened, MORNING - happened, after_hours=30)


def store(influx, *findings):
    """The data themselves, as far as the database is asked for them."""
    influx.write(
        [
            lineprotocol.encode(
                Point("agent", dict(f.tags), {"n": f.n, "stream": f.stream, "version": "1"}, f.happened)
            )
            for f in findings
        ]
    )


def tell(influx, findings, ms=MORNING * 1000):
    """As ingest does: a worker that knows nothing of an earlier one."""
    lines = Lateness(influx).lines(findings, ms)
    if lines:
        influx.write(lines, precision="ms")
    return lines


def told(influx):
    """(n, time in ms) of all that stands in the database."""
    rows = [row for s in influx.query('SELECT "n" FROM "late" GROUP BY "venue", "pc"') for row in s.rows]
    return sorted((n, time) for time, n in rows)


def test_a_message_is_told_at_its_arrival(influx):
    tell(influx, [finding(5)])
    assert told(influx) == [(5, MORNING * 1000 + 5)]


def test_messages_of_one_arrival_do_not_overwrite_each_other(influx):
    many = [finding(n) for n in (*range(1, 50), 1001, 2001)]
    tell(influx, many)
    assert len(told(influx)) == len(many)
    assert all(0 <= time - MORNING * 1000 < 3000 for _, time in told(influx))


def test_two_batches_of_a_second_do_not_overwrite_each_other(influx):
    worker = Lateness(influx)
    for n in (1, 1001, 2001):
        influx.write(worker.lines([finding(n)], MORNING * 1000), precision="ms")
    influx.write(worker.lines([finding(2)], MORNING * 1000 + 1000), precision="ms")
    assert [n for n, _ in told(influx)] == [1, 2, 1001, 2001]


def test_workers_that_share_a_backlog_do_not_overwrite_each_other(influx):
    tell(influx, [finding(n) for n in range(1, 51)], MORNING * 1000 + 100)
    tell(influx, [finding(n) for n in range(51, 101)], MORNING * 1000 + 120)
    assert len(told(influx)) == 100


def test_a_message_that_is_sent_again_after_its_ack_was_lost_is_told_once(influx):
    for second in (0, 20, 4000):
        tell(influx, [finding(5), finding(6)], (MORNING + second) * 1000)
        store(influx, finding(5), finding(6))
    assert [n for n, _ in told(influx)] == [5, 6]


def test_a_message_that_came_in_time_and_is_sent_again_much_later_is_not_told(influx):
    store(influx, finding(5))
    assert tell(influx, [finding(5), finding(6)]) != []
    assert [n for n, _ in told(influx)] == [6]


def test_a_crash_between_the_two_writes_leaves_it_told_at_its_first_arrival(influx):
    tell(influx, [finding(5)])
    assert tell(influx, [finding(5)], (MORNING + 600) * 1000) == []
    assert told(influx) == [(5, MORNING * 1000 + 5)]


def test_a_batch_that_holds_a_message_twice_tells_it_once(influx):
    tell(influx, [finding(5), finding(5)])
    assert [n for n, _ in told(influx)] == [5]


def test_a_message_in_two_batches_at_once_is_one_point(influx):
    """Sent again while the first one is being written: neither is in the database when it is asked."""
    worker = Lateness(influx)
    lines = [worker.lines([finding(5)], (MORNING + second) * 1000) for second in (0, 20)]
    for each in lines:
        influx.write(each, precision="ms")
    assert told(influx) == [(5, MORNING * 1000 + 5)]


def test_what_was_told_is_remembered_for_a_while_and_not_for_ever(influx, monkeypatch):
    monkeypatch.setattr(module, "REMEMBERED", 2)
    worker = Lateness(influx)
    for n in (1, 2, 3):
        worker.lines([finding(n)], MORNING * 1000)
    assert len(worker._told) == 2


def test_another_stream_pc_venue_or_time_is_another_message(influx):
    known = finding(5)
    store(influx, known)
    tell(influx, [known])
    others = [
        finding(5, stream="cd" * 16),
        finding(5, pc="08"),
        finding(5, venue="yb-0015"),
        finding(5, happened=known.happened + 1),  # of a clone of this PC, or the spool was put back
    ]
    tell(influx, others)
    assert len(told(influx)) == len(others)
    tell(influx, others)
    assert len(told(influx)) == len(others)


def test_few_questions_are_asked_and_none_where_there_is_nothing(influx):
    asked = []

    class Asked(Influx):
        def query(self, text, *, method="GET"):
            asked.append(text)
            return super().query(text, method=method)

    database = Asked(influx._access)
    try:
        assert Lateness(database).lines([], MORNING * 1000) == []
        assert asked == []
        Lateness(database).lines([finding(n) for n in range(1, 200)], MORNING * 1000)
        assert len(asked) == 2
        asked.clear()
        venue = [finding(1, pc=f"{i:02}") for i in range(SENDERS + 1)]
        Lateness(database).lines(venue, MORNING * 1000)
        assert len(asked) == 4
        asked.clear()
        far = finding(2, happened=NIGHT + SPAN + 31)
        Lateness(database).lines([finding(1, happened=NIGHT), far], MORNING * 1000)
        assert len(asked) == 4
    finally:
        database.close()


def test_a_database_that_is_away_is_said_to_the_caller(influx):
    away = Influx(replace(influx._access, url="http://127.0.0.1:1"))
    try:
        with pytest.raises(Unavailable):
            Lateness(away).lines([finding()], MORNING * 1000)
    finally:
        away.close()


def test_a_database_that_refuses_to_be_asked_does_not_hold_up_the_data(influx, caplog):
    nowhere = Influx(replace(influx._access, database="nowhere"))
    try:
        worker = Lateness(nowhere)
        assert len(worker.lines([finding(5)], MORNING * 1000)) == 1
        assert len(worker.lines([finding(6)], MORNING * 1000)) == 1
    finally:
        nowhere.close()
    assert caplog.text.count("does not say which late messages it has") == 1


def test_a_name_cannot_break_out_of_a_question():
    assert r"'a\'b'" in influxql.stored_messages([("a'b", "1", STREAM)], 0, 1)


# --- the whole way ------------------------------------------------------------------------------------------


class Sender:
    """A PC of yb-0012 by hand: it sends a payload and waits for its answer."""

    def __init__(self, stack: Stack) -> None:
        endpoint = stack.endpoint("yb-0012")
        self.answers: queue.Queue[wire.Ack] = queue.Queue()
        subscribed: queue.Queue[bool] = queue.Queue()
        self.client = make_client(STREAM, endpoint, tls_context(endpoint))
        self.client.on_subscribe = lambda *_: subscribed.put(True)
        self.client.on_message = lambda _c, _d, sent: self.answers.put(wire.decode_ack(bytes(sent.payload)))
        self.client.connect(endpoint.host, endpoint.port)
        self.client.loop_start()
        self.client.subscribe(wire.topic("yb-0012", "07", "ack"))
        subscribed.get(timeout=10)

    def send(self, payload: bytes) -> None:
        """Acknowledged when it returns."""
        self.client.publish(wire.topic("yb-0012", "07", "data"), payload, qos=1).wait_for_publish(10)
        wanted = {frame.n for frame in wire.decode(payload)}
        while wanted:
            wanted -= set(self.answers.get(timeout=10).numbers)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


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
def database(stack: Stack) -> Iterator[Influx]:
    connection = Influx(stack.deploy.influx)
    yield connection
    connection.close()


NOW = int(SystemClock().wall().timestamp())
LAST_NIGHT = (
    (NOW - 3600 + 7 * 3600) // 86_400 * 86_400 - 7 * 3600 - 3600
)  # 23:00 in Vietnam, an hour ago or more


def frame(n: int, *lines: str, stamp: int) -> wire.Frame:
    own = f'agent n={n}i,stream="{STREAM}",clock="server" {stamp}'
    return wire.Frame(STREAM, n, (own, *(f"{line} {stamp}" for line in lines)))


PLAY = "games,game=lmht play=30i,processes=1i"
ACCESS = 'sites,category=gambling,grade=violation,slot=0 accesses=1i,domain="bet.example",lookups=1i'


def outage(count=10):
    """A bundle of a backlog: play at night, a message each half minute."""
    return wire.encode([frame(n, PLAY, stamp=LAST_NIGHT + 30 * n) for n in range(1, count + 1)])


def test_what_a_pc_played_while_it_was_cut_off_is_told_once_when_it_comes_back(stack, sender, database):
    stack.ingest()
    for _ in range(2):  # the second time as after an acknowledgement that was lost
        sender.send(outage())
        (series,) = database.query('SELECT * FROM "late" GROUP BY "venue", "pc", "class", "place"')
        assert series.tags == {"venue": "yb-0012", "pc": "07", "class": "game", "place": "04252"}
        assert series.column("n") == list(range(1, 11))
        assert series.column("after_hours") == [30] * 10
        assert series.column("happened") == [LAST_NIGHT + 30 * n for n in range(1, 11)]
        arrived = [time // 1000 for time in series.column("time")]
        assert all(NOW <= at <= NOW + 300 for at in arrived)
        assert all(
            abs(at - happened - delay) <= 1
            for at, happened, delay in zip(
                arrived, series.column("happened"), series.column("delay"), strict=True
            )
        )
    assert database.query('SELECT count("n") FROM "agent"')[0].rows[0][1] == 10


def test_what_came_in_time_is_not_told_when_it_is_sent_again_much_later(stack, sender, database):
    stack.ingest()
    now = int(SystemClock().wall().timestamp())
    sender.send(wire.encode([frame(1, ACCESS, stamp=now - LATE_AFTER + 30)]))
    # Another one, as if it had been stored when it was fresh: its agent never heard of it and sends it again.
    database.write(
        [
            f'agent,class=game,pc=07,place=04252,venue=yb-0012 n=2i,stream="{STREAM}" {now - 5000}',
            f"sites,category=gambling,class=game,grade=violation,pc=07,place=04252,slot=0,venue=yb-0012 accesses=1i {now - 5000}",
        ]
    )
    sender.send(wire.encode([frame(2, ACCESS, stamp=now - 5000)]))
    assert database.query('SELECT * FROM "late"') == []
    sender.send(wire.encode([frame(3, ACCESS, stamp=now - 4000)]))
    (series,) = database.query('SELECT "n", "accesses", "domain", "after_hours" FROM "late"')
    assert [row[1:] for row in series.rows] == [(3, 1, "bet.example", None)]


class Killed(BaseException):
    """The end of a process: nothing catches it."""


class Dying(Influx):
    """Its owner is killed before the data themselves are written."""

    def write(self, lines, precision="s"):
        if precision == "s":
            raise Killed
        super().write(lines, precision)


def test_a_crash_between_telling_and_storing_tells_it_once(tmp_path, influx, roster):
    def worker(database):
        writer = Writer(database, SystemClock(), threading.Event())
        letters = DeadLetters(tmp_path, SystemClock())
        return Store(writer, Lateness(database), letters, SystemClock())

    def arrive(now):
        batch = Batch(SystemClock().monotonic())
        batch.add(Pipeline(roster).take(wire.topic("yb-0012", "07", "data"), outage(), now))
        assert len(batch.late) == 10
        return batch

    dying = Dying(influx._access)
    with pytest.raises(Killed):
        worker(dying).put(arrive(NOW))
    dying.close()
    before = told(influx)
    assert len(before) == 10
    assert influx.query('SELECT "n" FROM "agent"') == []
    for later in (60, 4000):
        assert worker(influx).put(arrive(NOW + later)) == []
        assert told(influx) == before
    assert influx.query('SELECT count("n") FROM "agent"')[0].rows[0][1] == 10


def test_no_rule_no_word(influx, roster):
    """A hotel has no hours, and nobody guesses any."""
    hotel = next(venue for venue in roster.venues if venue.id == "yb-0100")
    assert hotel.hours_on(date(2026, 3, 2)) is None
    taken = Pipeline(roster).take(wire.topic("yb-0100", "01", "data"), outage(), NOW)
    assert (len(taken.lines), taken.late) == (20, [])
