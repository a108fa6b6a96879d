"""The writer: only the line that the database refuses is refused, and only an unreachable one is waited for."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from collector.clock import FrozenClock, SystemClock
from collector.influx import Access, Influx
from collector.ingest.batch import Batch
from collector.ingest.deadletter import DeadLetters
from collector.ingest.late import Lateness
from collector.ingest.ledger import Ledger
from collector.ingest.store import STALE, Store
from collector.ingest.writer import Writer
from provisioning.local.influxd import DATABASE, Influxd
from provisioning.local.process import free_port


def test_only_the_guilty_line_comes_back(influx: Influx):
    influx.write(["games play=1i 1"])
    lines = [f"games,pc=p{n} play={n}i 2" for n in range(1, 40)]
    lines[17] = 'games,pc=p18 play="many" 2'
    ((line, why),) = Writer(influx, SystemClock(), threading.Event()).write(lines)
    assert line == lines[17]
    assert "field type conflict" in why
    assert influx.query("SELECT count(play) FROM games WHERE time = 2s")[0].rows[0][1] == 38


def test_nothing_to_write_is_no_request(influxd, influx: Influx):
    writer = Writer(influx, SystemClock(), threading.Event())
    assert (writer.write([]), writer.errors) == ([], 0)


@pytest.fixture
def gone() -> Iterator[Influx]:
    influx = Influx(Access(f"http://127.0.0.1:{free_port()}", "q", api="v1"))
    yield influx
    influx.close()


def test_a_stop_ends_the_waiting_without_a_verdict(gone):
    stop = threading.Event()
    stop.set()
    writer = Writer(gone, SystemClock(), stop)
    assert writer.patiently(lambda: writer.write(["a b=1i 1"])) is None
    assert writer.errors == 1


def test_so_does_a_moment_beyond_which_nobody_waits(gone):
    clock = SystemClock()
    writer = Writer(gone, clock, threading.Event())
    assert writer.patiently(lambda: writer.write(["a b=1i 1"]), clock.monotonic() + 0.5) is None
    assert writer.errors >= 2


def test_it_waits_for_a_database_that_comes(tmp_path, caplog):
    port = free_port()
    influx = Influx(Access(f"http://127.0.0.1:{port}", DATABASE, api="v1"))
    writer = Writer(influx, SystemClock(), threading.Event())
    with ThreadPoolExecutor(1) as pool, caplog.at_level(logging.INFO):
        answer = pool.submit(writer.patiently, lambda: writer.write(["a b=1i 1"]))
        with Influxd(tmp_path / "influxdb", port=port):
            assert answer.result(timeout=60) == []
            assert influx.query("SELECT b FROM a")[0].column("b") == [1]
    said = [record.getMessage() for record in caplog.records]
    assert [text for text in said if "take" in text][1:] == ["InfluxDB takes data again"]
    influx.close()


def test_a_batch_that_has_become_old_is_given_up_unwritten(influx, tmp_path):
    """What came in time and would be stored late is told by no rule: sent again, it counts as late."""
    clock = FrozenClock(SystemClock().wall())
    writer = Writer(influx, clock, threading.Event())
    store = Store(writer, Lateness(influx), DeadLetters(tmp_path, clock), clock)
    batch = Batch(clock.monotonic(), lines=["a b=1i 1"])
    clock.advance(STALE)
    assert store.put(batch) is None
    assert influx.query("SELECT b FROM a") == []
    assert store.put(Batch(clock.monotonic(), lines=["a b=1i 1"])) == []
    assert influx.query("SELECT b FROM a")[0].column("b") == [1]


def test_the_ledger_knows_when_it_does_not_balance():
    assert Ledger("1", received=4, stored=1, dead=1, in_flight=1, shed=1).balanced
    assert not Ledger("1", received=4, stored=1).balanced
