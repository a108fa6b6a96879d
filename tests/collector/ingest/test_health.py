"""What an ingest process says of itself: its books and refusals, and nothing about a time when nothing was stored."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from collector.clock import SystemClock
from collector.influx import Access, Influx
from collector.ingest.health import Health, lines
from collector.ingest.ledger import Ledger
from collector.vitals import Vitals
from provisioning.local.influxd import DATABASE, Influxd
from provisioning.local.process import free_port


def now() -> int:
    return int(SystemClock().wall().timestamp())


def test_books_and_refusals_are_lines_of_the_schema(influx):
    ledger = Ledger("1", connected=1)
    ledger.take(5)
    ledger.settle(4, 1)
    influx.write(lines(ledger, Counter({"future": 2, "pc": 1}), Counter({"future": 1}), now()))
    (books,) = influx.query("SELECT * FROM ledger")
    entry = dict(zip(books.columns, books.rows[0], strict=True))
    assert {k: entry[k] for k in ("worker", "received", "stored", "dead", "in_flight", "shed", "connected")} == {
        "worker": "1", "received": 5, "stored": 3, "dead": 1, "in_flight": 1, "shed": 0, "connected": 1,
    }  # fmt: skip
    reasons = influx.query("SELECT count, fresh FROM refused GROUP BY reason, worker")
    assert {s.tags["reason"]: s.rows[0][1:] for s in reasons} == {"future": (2, 1), "pc": (1, 1)}


def test_an_entry_that_the_database_did_not_take_is_not_written_later(tmp_path):
    """It would say that messages were stored then."""
    port = free_port()
    influx = Influx(Access(f"http://127.0.0.1:{port}", DATABASE, api="v1"))
    ledger = Ledger("1")
    with ThreadPoolExecutor(1) as pool:
        health = Health(influx, pool, Vitals("ingest-1", SystemClock()))
        health.say(ledger, Counter(), now() - 10)
        pool.submit(lambda: None).result()  # the one thread has done what came before
        with Influxd(tmp_path / "influxdb", port=port):
            ledger.take(7)
            health.say(ledger, Counter(), now())
            pool.submit(lambda: None).result()
            (books,) = influx.query("SELECT received FROM ledger")
            assert books.column("received") == [7]
            influx.close()


def test_fresh_is_what_the_points_before_have_not_said(tmp_path):
    """A point that the database did not take has said nothing: the next one says it."""
    port = free_port()
    influx = Influx(Access(f"http://127.0.0.1:{port}", DATABASE, api="v1"))
    ledger, began = Ledger("1"), now()
    with ThreadPoolExecutor(1) as pool:
        health = Health(influx, pool, None)

        def say(count: int, after: int) -> None:
            health.say(ledger, Counter(pc=count), began + after)
            pool.submit(lambda: None).result()

        say(2, 0)
        with Influxd(tmp_path / "influxdb", port=port):
            for after, count in ((10, 3), (20, 3), (30, 5)):
                say(count, after)
            (refused,) = influx.query("SELECT count, fresh FROM refused")
            assert [row[1:] for row in refused.rows] == [(3, 3), (3, 0), (5, 2)]
            influx.close()
