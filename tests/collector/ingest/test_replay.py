"""Dead letters again: stored when the cause is mended, judged by when they came, and never stored twice."""

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector import wire
from collector.clock import LOCAL, FrozenClock
from collector.influx import Access, Influx, Unavailable
from collector.ingest.deadletter import Letter
from collector.ingest.late import Lateness
from collector.ingest.pipeline import Pipeline
from collector.ingest.replay import JOURNAL, Journal, Outcome, judge, rehearse, replay
from collector.ingest.writer import Writer
from collector.roster import Roster
from collector.wire import Frame
from provisioning.local.process import free_port

STREAM = "ab" * 16
NIGHT = datetime(2026, 3, 2, 22, 0, 10, tzinfo=LOCAL)
AT = int(NIGHT.timestamp())
GAMES = (("a", 7), ("b", 9), ("c", 6))  # and for how long they were played
STRANGER = wire.topic("yb-0012", "77", "data")
TOPIC = wire.topic("yb-0012", "07", "data")


def agent(n: int = 1, stamp: int = AT) -> str:
    return f'agent n={n}i,stream="{STREAM}",clock="server" {stamp}'


def games(stamp: int = AT) -> str:
    return f"games,game=fc-online play=30i {stamp}"


def whole(*lines: str, n: int = 1) -> bytes:
    return wire.encode([Frame(STREAM, n, lines)])


def letter(reason: str, payload: bytes, topic: str = TOPIC, at: datetime = NIGHT) -> Letter:
    return Letter(at.astimezone(UTC), reason, "as it was", topic, payload)


@pytest.fixture
def mended(roster) -> Pipeline:
    """A pipeline in whose registry PC 77 stands."""
    venues = tuple(replace(v, pcs=(*v.pcs, "77")) if v.id == "yb-0012" else v for v in roster.venues)
    return Pipeline(Roster(roster.site, venues))


class Bench:
    def __init__(self, influx: Influx, folder, pipeline: Pipeline) -> None:
        self.influx = influx
        self.journal = Journal(folder)
        self.clock = FrozenClock(NIGHT + timedelta(days=3))
        self.pipeline = pipeline

    def replay(self, *letters: Letter):
        writer = Writer(self.influx, self.clock, threading.Event())
        # A lateness of its own: another process than the one before.
        lateness = Lateness(self.influx)
        return replay(letters, self.pipeline, writer, lateness, self.influx, self.journal, self.clock)

    def outcomes(self) -> list[str]:
        return [outcome.reason or "stored" for outcome in self.journal.read().values()]

    def stored(self, measurement: str) -> list[dict]:
        return [
            dict(zip(series.columns, row, strict=True))
            for series in self.influx.query(f'SELECT * FROM "{measurement}"')
            for row in series.rows
        ]


@pytest.fixture
def bench(influx, tmp_path, mended) -> Bench:
    return Bench(influx, tmp_path, mended)


def test_a_pc_that_was_registered_meanwhile_gets_its_messages(bench):
    report = bench.replay(letter("pc", whole(agent(), games()), STRANGER))
    assert (report.stored, report.lines, dict(report.refused)) == (1, 3, {})
    (row,) = bench.stored("games")
    assert (row["pc"], row["class"], row["after_hours"], row["time"]) == ("77", "game", 10, AT * 1000)
    (row,) = bench.stored("after_hours")
    assert (row["pc"], row["class"], row["play"], row["time"]) == ("77", "game", 10, AT * 1000)
    assert bench.outcomes() == ["stored"]


def test_what_is_still_refused_keeps_its_reason_of_today_and_hides_nothing_good(bench):
    report = bench.replay(
        letter("venue", whole(agent()), wire.topic("yb-9999", "01", "data")),
        letter("pc", whole(agent(), games(), f"host cpu=1i {AT}"), STRANGER),
        letter("zlib", b"\x78zzz"),
    )
    assert (report.stored, dict(report.refused)) == (0, {"venue": 1, "type": 1, "zlib": 1})
    assert bench.outcomes() == ["venue", "type", "zlib"]
    assert len(bench.stored("games")) == 1


def test_the_time_at_which_a_letter_came_decides_what_is_too_old(bench):
    long_ago = NIGHT - timedelta(days=300)
    stamp = int(long_ago.timestamp())
    report = bench.replay(
        letter("pc", whole(agent(stamp=stamp)), STRANGER, long_ago),
        letter("old", whole(agent(stamp=stamp), n=1), TOPIC, NIGHT),
        letter("future", f"host cpu=1.0 {AT + 600}".encode(), TOPIC, NIGHT),
    )
    assert (report.stored, dict(report.refused)) == (1, {"old": 1, "future": 1})


def test_a_line_alone_is_stored_beside_what_its_message_has_in_the_database(bench):
    report = bench.replay(letter("field", f"host cpu=1.5 {AT}".encode()))
    assert (report.stored, report.lines) == (1, 1)
    assert [(row["pc"], row["cpu"]) for row in bench.stored("host")] == [("07", 1.5)]


def test_a_line_that_the_database_refused_goes_back_as_it_was_sent(bench):
    taken = bench.pipeline.take(TOPIC, whole(agent(), games()), AT)
    report = bench.replay(*(letter("database", line.encode(), "") for line in taken.lines))
    assert (report.stored, report.lines) == (3, 4)  # what lay beside `games` comes with it, and alone
    assert [(row["n"], row["stream"]) for row in bench.stored("agent")] == [(1, STREAM)]
    assert [row["after_hours"] for row in bench.stored("games")] == [10]
    assert [row["play"] for row in bench.stored("after_hours")] == [10]


def test_a_line_alone_makes_nothing_less_of_what_its_message_had_outside_the_hours(bench):
    """Of games at the same time the longest counts, also where they are stored one after the other."""
    taken = bench.pipeline.take(TOPIC, whole(agent(), games().replace("play=30i", "play=8i")), AT)
    bench.influx.write(taken.lines)
    alone = [letter("field", f"games,game={name} play={play}i {AT}".encode()) for name, play in GAMES]
    bench.replay(*alone)
    assert [row["play"] for row in bench.stored("after_hours")] == [9]
    bench.replay(letter("field", f'session state="active",active=3i {AT}'.encode()))
    bench.replay(letter("field", f"games,game=d play=5i {AT}".encode()))
    assert [(row["play"], row["use"]) for row in bench.stored("after_hours")] == [(9, 3)]


def test_what_the_database_refuses_is_not_called_stored(bench):
    bench.influx.write([f'host,venue=yb-0031 cpu="much" {AT}'])
    report = bench.replay(letter("field", f"host cpu=1.5 {AT}".encode()), letter("field", games().encode()))
    assert (report.stored, report.lines, dict(report.refused)) == (1, 2, {"database": 1})
    assert bench.outcomes() == ["database", "stored"]


def test_twice_is_once(bench):
    letters = [letter("pc", whole(agent(), games()), STRANGER), letter("field", games(AT + 60).encode())]
    bench.replay(*letters)
    before = {m: bench.stored(m) for m in ("agent", "games", "after_hours", "late")}
    bench.clock.advance(3600)
    bench.replay(*letters)
    assert {m: bench.stored(m) for m in ("agent", "games", "after_hours", "late")} == before


def test_a_crash_before_the_journal_is_written_loses_nothing_and_doubles_nothing(bench, monkeypatch):
    one = letter("pc", whole(agent(), games()), STRANGER)
    with monkeypatch.context() as patched:
        patched.setattr(bench.journal, "add", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            bench.replay(one)
    assert bench.outcomes() == []
    before = bench.stored("late")
    bench.clock.advance(3600)
    assert bench.replay(one).stored == 1
    assert (len(bench.stored("games")), bench.stored("late")) == (1, before)


def test_a_violation_among_the_letters_is_told_as_late_now(bench):
    bench.replay(letter("pc", whole(agent(), games()), STRANGER), letter("field", games(AT + 60).encode()))
    now = int(bench.clock.wall().timestamp())
    rows = bench.stored("late")
    assert {(row["pc"], row["happened"], row["after_hours"]) for row in rows} == {
        ("77", AT, 10),
        ("07", AT + 60, 30),
    }
    assert all(now * 1000 <= row["time"] < now * 1000 + 10_000 for row in rows)


def test_a_database_that_is_away_leaves_the_letters_as_they_are(bench):
    gone = Influx(Access(f"http://127.0.0.1:{free_port()}", "q", api="v1"))
    bench.influx = gone
    with pytest.raises(Unavailable):
        bench.replay(letter("pc", whole(agent(), games()), STRANGER))
    assert bench.outcomes() == []
    gone.close()


def test_a_rehearsal_says_the_same_and_writes_nothing(bench):
    letters = [letter("pc", whole(agent(), games()), STRANGER), letter("zlib", b"\x78zzz")]
    told = rehearse(letters, bench.pipeline, bench.clock)
    assert (bench.stored("games"), bench.outcomes()) == ([], [])
    assert told == bench.replay(*letters)


def test_the_journal_keeps_the_last_word_and_forgets_letters_that_are_gone(tmp_path):
    journal = Journal(tmp_path)
    journal.add([Outcome("a", "1", "pc", "x"), Outcome("b", "1")])
    journal.add([Outcome("a", "2")])
    assert journal.read() == {"a": Outcome("a", "2"), "b": Outcome("b", "1")}
    journal.keep({"a"})
    assert journal.read() == {"a": Outcome("a", "2")}
    assert len((tmp_path / JOURNAL).read_text().splitlines()) == 1


def test_a_torn_journal_forgets_only_its_torn_line(tmp_path):
    journal = Journal(tmp_path)
    journal.add([Outcome("a", "1"), Outcome("b", "1")])
    path = tmp_path / JOURNAL
    path.write_bytes(path.read_bytes()[:-10])
    journal.add([Outcome("c", "1")])
    assert set(journal.read()) == {"a", "c"}


def test_two_replays_do_not_run_at_once(tmp_path):
    with (
        Journal(tmp_path).held(),
        pytest.raises(BlockingIOError, match="another replay"),
        Journal(tmp_path).held(),
    ):
        pass


REASONS = ["pc", "venue", "line", "type", "number", "database", "zlib", "header", "old", "version", "?"]
PAYLOADS = st.binary(max_size=200) | st.sampled_from(
    [
        whole(agent(), games()),
        agent().encode(),
        games().encode(),
        b"agent n=1i 1",
        b"late,venue=a,pc=b n=1i 1",
    ]
)


@given(st.sampled_from(REASONS), PAYLOADS, st.sampled_from([TOPIC, STRANGER, "", "x", "\ud800"]))
def test_no_letter_stops_a_replay(roster, reason, payload, topic):
    judged = judge(letter(reason, payload, topic), Pipeline(roster), AT)
    assert judged.lines or judged.refused or not payload


def test_outcomes_are_plain_json_lines(tmp_path):
    Journal(tmp_path).add([Outcome("a", "1", "pc", "thiếu")])
    assert json.loads((tmp_path / JOURNAL).read_text()) == {
        "id": "a", "at": "1", "reason": "pc", "detail": "thiếu",
    }  # fmt: skip
