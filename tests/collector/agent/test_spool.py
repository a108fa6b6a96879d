"""The spool: numbers without gaps, stamps without collisions, bounds that are reached and counted."""

import sqlite3

import pytest

from collector.agent.spool import FILE_NAME, Limits, Spool
from collector.clock import Instant

HERE, BEFORE = "boot-2", "boot-1"


def at(mono: float, boot: str = HERE, wall: float | None = None) -> Instant:
    return Instant(boot, mono, 1_700_000_000 + mono if wall is None else wall)


def lines(n: int) -> list[str]:
    return [f"agent n={n}i", "host cpu=1.0"]


@pytest.fixture
def spool(tmp_path):
    opened = Spool(tmp_path)
    yield opened
    opened.close()


def stamps(spool: Spool) -> list[tuple[int, str]]:
    """(stamp, clock) of each message that waits."""
    found = []
    for frame in spool.frames(spool.oldest(1000)):
        head, stamp = frame.lines[0].rsplit(" ", 1)
        found.append((int(stamp), head.rsplit("=", 1)[1].strip('"')))
    return found


def test_numbers_go_on_after_a_restart_and_the_stream_stays(tmp_path):
    first = Spool(tmp_path)
    assert [first.append(lines(n), at(n)) for n in (1, 2)] == [1, 2]
    first.forget([1, 2])
    stream = first.stream
    first.close()
    second = Spool(tmp_path)
    assert (second.stream, second.append(lines(3), at(3)), second.queued) == (stream, 3, 1)
    second.close()


def test_a_second_agent_cannot_open_it(spool, tmp_path):
    spool.append(lines(1), at(1))
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        Spool(tmp_path)


def test_a_message_is_stamped_by_the_server_with_its_own_moment(spool):
    spool.append(lines(1), at(100.9))
    assert spool.newest() is None
    spool.stamp(HERE, lambda mono: 5000 + mono)
    assert stamps(spool) == [(5100, "server")]


def test_what_an_earlier_boot_never_synchronised_keeps_the_pcs_clock_flagged(spool):
    spool.append(lines(1), at(3, BEFORE, wall=1_699_999_777.7))
    spool.append(lines(2), at(100))
    spool.stamp(HERE, lambda mono: 5000 + mono)
    assert stamps(spool) == [(1_699_999_777, "pc"), (5100, "server")]


def test_a_stamp_is_given_once_even_when_the_offset_moves(spool):
    spool.append(lines(1), at(100))
    spool.stamp(HERE, lambda mono: 5000 + mono)
    spool.stamp(HERE, lambda mono: 9000 + mono)
    assert stamps(spool) == [(5100, "server")]


def test_no_two_messages_share_a_second_even_after_one_is_gone(spool):
    for n in (1, 2, 3):
        spool.append(lines(n), at(100.1 * n / n))
    spool.stamp(HERE, lambda mono: 5000 + mono)
    assert [stamp for stamp, _ in stamps(spool)] == [5100, 5101, 5102]
    spool.forget([1])
    spool.append(lines(4), at(100))
    spool.stamp(HERE, lambda mono: 5000 + mono)
    assert [stamp for stamp, _ in stamps(spool)] == [5101, 5102, 5103]


def test_too_many_bytes_give_up_the_oldest_and_count_them(tmp_path):
    spool = Spool(tmp_path, Limits(bytes=100))
    for n in range(1, 11):
        spool.append(lines(n), at(n))
    spool.stamp(HERE, float)
    kept = spool.oldest(100)
    assert kept == list(range(11 - len(kept), 11))
    assert (spool.dropped, spool.queued, spool.queued_bytes <= 100) == (10 - len(kept), len(kept), True)
    spool.close()
    again = Spool(tmp_path, Limits(bytes=100))
    assert (again.dropped, again.queued) == (10 - len(kept), len(kept))
    again.close()


def test_too_old_messages_are_given_up_by_the_clock_they_have(tmp_path):
    spool = Spool(tmp_path, Limits(age=1000))
    spool.append(lines(1), at(1, BEFORE))
    spool.append(lines(2), at(10))
    spool.append(lines(3), at(900))
    assert (spool.queued, spool.dropped) == (3, 0)
    spool.append(lines(4), at(1500))
    assert (spool.queued, spool.dropped) == (2, 2)
    spool.close()


def test_a_damaged_file_is_put_aside_and_a_new_stream_begins(tmp_path, caplog):
    spool = Spool(tmp_path)
    spool.append(lines(1), at(1))
    stream = spool.stream
    spool.close()
    path = tmp_path / FILE_NAME
    path.write_bytes(b"garbage" * 1000)
    again = Spool(tmp_path)
    assert again.stream != stream
    assert again.append(lines(1), at(2)) == 1
    assert "damaged" in caplog.text
    assert path.with_name(FILE_NAME + ".damaged").exists()
    again.close()


def test_forgetting_twice_counts_once(spool):
    spool.append(lines(1), at(1))
    assert (spool.forget([1, 1, 2]), spool.forget([1]), spool.queued, spool.queued_bytes) == (1, 0, 0, 0)
