"""Dead letters: rotated and bounded, strangers apart, written by several processes at once, read after a crash."""

import json
import resource
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collector import wire
from collector.clock import FrozenClock
from collector.ingest.deadletter import FILE_NAME, STRANGERS_FILE, DeadLetters, Letter, read
from collector.ingest.pipeline import Dead

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
TOPIC = wire.topic("yb-0012", "07", "data")


def dead(text: str = "x", reason: str = "line", topic: str = TOPIC) -> Dead:
    return Dead(reason, "no line", topic, text.encode())


def payloads(folder: Path) -> list[str]:
    return [letter.payload.decode() for letter in read(folder)]


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(AT)


def test_a_letter_comes_back_as_it_was(tmp_path, clock):
    strange = Dead("encoding", "thiếu byte \ud800", TOPIC, bytes(range(256)))
    DeadLetters(tmp_path, clock).add([strange])
    (letter,) = read(tmp_path)
    assert letter == Letter(AT, strange.reason, strange.detail, strange.topic, strange.payload)
    assert letter.sender == ("yb-0012", "07")
    assert letter.id == Letter(AT, strange.reason, strange.detail, strange.topic, strange.payload).id
    assert letter.id != Letter(AT, "line", strange.detail, strange.topic, strange.payload).id


@pytest.mark.parametrize(
    ("topic", "payload", "sender"),
    [
        ("elsewhere", b"", ("", "")),
        ("", b"host,class=game,pc=07,place=1,venue=yb-0012 cpu=1.0 1", ("yb-0012", "07")),
        ("", b"\xff", ("", "")),
        ("", b"host cpu=1.0 1", ("", "")),
    ],
)
def test_a_letter_names_its_sender_where_it_shows_one(topic, payload, sender):
    assert Letter(AT, "database", "", topic, payload).sender == sender


def test_where_nothing_was_refused_there_is_nothing_to_read(tmp_path, clock):
    assert list(read(tmp_path / "none")) == []
    DeadLetters(tmp_path, clock).add([])
    assert list(read(tmp_path)) == []


def test_the_oldest_comes_first_from_all_files(tmp_path, clock):
    letters = DeadLetters(tmp_path, clock, limit=400)
    for n in range(12):
        letters.add([dead(str(n), "pc" if n % 3 == 0 else "line")])
        clock.advance(1)
    found = [int(text) for text in payloads(tmp_path)]
    assert found == sorted(found)
    assert len(list(tmp_path.glob("*.jsonl"))) == 4


def test_each_file_is_bounded_and_the_newest_letters_are_kept(tmp_path, clock, caplog):
    letters = DeadLetters(tmp_path, clock, limit=1000)
    for n in range(100):
        letters.add([dead(f"{n}-{i}") for i in range(3)])
    assert all(path.stat().st_size <= 1000 for path in tmp_path.glob("*.jsonl"))
    found = payloads(tmp_path)
    assert found == [f"{n}-{i}" for n in range(100) for i in range(3)][-len(found) :]
    assert len(found) > 10
    assert "is full" in caplog.text


def test_a_batch_larger_than_a_file_and_a_letter_larger_than_a_file_are_bounded_too(tmp_path, clock):
    letters = DeadLetters(tmp_path, clock, limit=1000)
    letters.add([dead(f"{n}") for n in range(500)])
    assert payloads(tmp_path)[-1] == "499"
    assert all(path.stat().st_size <= 1000 for path in tmp_path.glob("*.jsonl"))
    letters.add([dead("y" * 2000), dead("z")])
    assert payloads(tmp_path) == ["y" * 2000, "z"]


def test_a_stranger_that_never_stops_pushes_no_other_letter_out(tmp_path, clock):
    letters = DeadLetters(tmp_path, clock, limit=1000)
    letters.add([dead("precious")])
    for n in range(100):
        letters.add([dead(str(n), "venue" if n % 2 else "pc")])
    found = list(read(tmp_path))
    assert found[0].payload == b"precious"
    assert {letter.reason for letter in found} == {"line", "pc", "venue"}
    assert (tmp_path / STRANGERS_FILE).exists()


@pytest.mark.parametrize(
    ("cut", "left", "torn"),
    [(1, ["1", "2", "3"], 0), (2, ["1", "3"], 1), (30, ["1", "3"], 1), (150, ["3"], 1)],
)
def test_a_torn_line_is_counted_and_the_next_letter_is_whole(tmp_path, clock, cut, left, torn):
    letters = DeadLetters(tmp_path, clock)
    letters.add([dead("1"), dead("2")])
    whole = (tmp_path / FILE_NAME).read_bytes()
    (tmp_path / FILE_NAME).write_bytes(whole[:-cut])
    letters.add([dead("3")])
    found = read(tmp_path)
    assert ([letter.payload.decode() for letter in found], found.torn) == (left, torn)


@pytest.mark.parametrize(
    "row",
    [
        b"\0\0\0\0\n",
        b"\xff\xfe\n",
        b"[]\n",
        b"7\n",
        b"[" * 100_000 + b"\n",
        b'{"at": "2026-03-02", "reason": "a", "detail": "", "topic": "", "payload": ""}\n',
        b'{"at": "2026-03-02T00:00:00+00:00", "reason": 1, "detail": "", "topic": "", "payload": ""}\n',
        b'{"at": "2026-03-02T00:00:00+00:00", "reason": "a", "detail": "", "topic": "", "payload": "0g"}\n',
    ],
)
def test_a_damaged_line_is_counted_and_hides_no_other(tmp_path, clock, row):
    letters = DeadLetters(tmp_path, clock)
    letters.add([dead("1")])
    with (tmp_path / FILE_NAME).open("ab") as file:
        file.write(row)
    letters.add([dead("2")])
    found = read(tmp_path)
    assert ([letter.payload for letter in found], found.torn) == ([b"1", b"2"], 1)


def test_a_disk_that_refuses_is_told_and_leaves_no_half_letter(tmp_path, clock):
    letters = DeadLetters(tmp_path, clock)
    letters.add([dead("1")])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((tmp_path / FILE_NAME).stat().st_size + 20, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            letters.add([dead("2")])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    letters.add([dead("3")])
    found = read(tmp_path)
    assert ([letter.payload for letter in found], found.torn) == ([b"1", b"3"], 0)


def test_what_comes_while_we_read_is_left_for_the_next_time(tmp_path, clock):
    letters = DeadLetters(tmp_path, clock, limit=1000)
    letters.add([dead(str(n)) for n in range(5)])
    reading = iter(read(tmp_path))
    first = next(reading)
    letters.add([dead(str(n)) for n in range(5, 30)])  # rotates the file away under the reader
    assert [letter.payload for letter in (first, *reading)] == [b"%d" % n for n in range(5)]


WRITER = """
import sys
from pathlib import Path
from collector.clock import SystemClock
from collector.ingest.deadletter import DeadLetters
from collector.ingest.pipeline import Dead
name, folder, limit, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
letters = DeadLetters(folder, SystemClock(), limit=limit)
print("ready", flush=True)
for n in range(count):
    letters.add([Dead("pc" if n % 5 == 0 else "line", "", "", f"{name}-{n}".encode()), Dead("line", "", "", bytes(300))])
"""


def writers(folder: Path, limit: int, count: int) -> list[subprocess.Popen]:
    return [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(name), str(folder), str(limit), str(count)],
            stdout=subprocess.PIPE,
        )
        for name in range(4)
    ]


def test_four_processes_write_at_once_and_every_letter_is_whole_and_there_once(tmp_path):
    for child in writers(tmp_path, 10**8, 50):
        child.communicate(timeout=60)
        assert child.returncode == 0
    found = read(tmp_path)
    texts = Counter(letter.payload.decode() for letter in found if letter.payload[0])
    assert texts == Counter(f"{name}-{n}" for name in range(4) for n in range(50))
    assert found.torn == 0


def test_processes_that_are_killed_in_the_middle_lock_nobody_out_and_the_bound_holds(tmp_path, clock):
    children = writers(tmp_path, 5000, 1_000_000)
    for child in children:
        assert child.stdout.readline() == b"ready\n"
    for child in children:
        # Letters of each, so that all four are in the middle of it.
        while not any(letter.payload.startswith(b"%d-" % children.index(child)) for letter in read(tmp_path)):
            assert child.poll() is None
        child.send_signal(signal.SIGKILL)
        child.communicate(timeout=10)
    DeadLetters(tmp_path, clock, limit=5000).add([dead("last")])
    found = read(tmp_path)
    assert b"last" in [letter.payload for letter in found]
    assert found.torn <= 4
    assert all(path.stat().st_size <= 5000 for path in tmp_path.glob("*.jsonl"))


def test_the_files_are_plain_json_lines(tmp_path, clock):
    DeadLetters(tmp_path, clock).add([dead("host cpu=x")])
    assert json.loads((tmp_path / FILE_NAME).read_text()) == {
        "at": "2026-03-02T15:00:00.000+00:00",
        "reason": "line",
        "detail": "no line",
        "topic": TOPIC,
        "payload": b"host cpu=x".hex(),
    }
    assert next(iter(read(tmp_path))).at - AT == timedelta(0)
