"""The writer: only the line that the database refuses is refused, and only an unreachable one is waited for."""

import threading

from collector.influx import Influx
from collector.ingest.ledger import Ledger
from collector.ingest.writer import Writer


def test_only_the_guilty_line_comes_back(influx: Influx):
    influx.write(["games play=1i 1"])
    lines = [f"games,pc=p{n} play={n}i 2" for n in range(1, 40)]
    lines[17] = 'games,pc=p18 play="many" 2'
    refused = Writer(influx, threading.Event()).write(lines)
    assert refused is not None
    ((line, why),) = refused
    assert line == lines[17]
    assert "field type conflict" in why
    assert influx.query("SELECT count(play) FROM games WHERE time = 2s")[0].rows[0][1] == 38


def test_nothing_to_write_is_no_request(influxd, influx: Influx):
    writer = Writer(influx, threading.Event())
    assert (writer.write([]), writer.errors) == ([], 0)


def test_a_stop_ends_the_waiting_without_a_verdict(tmp_path):
    from collector.influx import Access
    from provisioning.local.process import free_port

    stop = threading.Event()
    stop.set()
    gone = Influx(Access(f"http://127.0.0.1:{free_port()}", "q", api="v1"))
    writer = Writer(gone, stop)
    assert writer.write(["a b=1i 1"]) is None
    assert writer.errors == 1
    gone.close()


def test_the_ledger_knows_when_it_does_not_balance():
    assert Ledger("1", received=4, stored=1, dead=1, in_flight=1, shed=1).balanced
    assert not Ledger("1", received=4, stored=1).balanced
