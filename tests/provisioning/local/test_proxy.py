"""A proxy before a real InfluxDB: what the asker hears, and what is stored all the same."""

import threading
from dataclasses import replace

import pytest

from collector.clock import SystemClock
from collector.influx import Influx, Unavailable
from provisioning.local.process import free_port
from provisioning.local.proxy import Fault, Proxy

LINE = "m v=1i 1772438400"


@pytest.fixture
def proxy(influxd):
    with Proxy() as made:
        made.target = influxd.port
        yield made


@pytest.fixture
def through(proxy, influx):
    connection = Influx(replace(influx._access, url=proxy.url), timeout=5.0)
    yield connection
    connection.close()


def stored(influx: Influx) -> int:
    found = influx.query("SELECT count(v) FROM m")
    return found[0].column("count")[0] if found else 0


def test_without_a_fault_it_passes_on_writes_and_queries(through, influx):
    through.write([LINE])
    assert stored(influx) == stored(through) == 1


def test_a_refusal_of_influxdb_itself_passes_unchanged(through):
    with pytest.raises(Exception, match="unable to parse"):
        through.write(["no line protocol"])


@pytest.mark.parametrize(
    ("fault", "words", "reaches_it"),
    [
        (Fault.UNAVAILABLE, r"^503: request throttled, queue full\Z", 0),
        (Fault.CUT, "without response|ConnectionReset|Protocol", 1),
        (Fault.DENYING, "500: timeout", 1),
    ],
)
def test_each_fault_leaves_the_asker_without_knowing(proxy, through, influx, fault, words, reaches_it):
    proxy.fault = fault
    with pytest.raises(Unavailable, match=words):
        through.write([LINE])
    assert stored(influx) == reaches_it
    assert proxy.met[fault] == 1
    proxy.fault = Fault.NONE
    through.write([LINE])
    assert stored(influx) == 1


def test_a_hanging_request_is_passed_on_when_the_fault_ends(proxy, through, influx):
    proxy.fault = Fault.HANGING
    writing = threading.Thread(target=through.write, args=([LINE],))
    writing.start()
    writing.join(0.2)
    assert writing.is_alive()
    assert stored(influx) == 0
    proxy.fault = Fault.NONE
    writing.join()
    assert stored(influx) == 1


def test_a_hanging_request_is_passed_on_though_the_asker_has_given_up(proxy, influx):
    impatient = Influx(replace(influx._access, url=proxy.url), timeout=0.2)
    proxy.fault = Fault.HANGING
    with pytest.raises(Unavailable):
        impatient.write([LINE])
    impatient.close()
    proxy.fault = Fault.NONE
    deadline = SystemClock().monotonic() + 10
    while not stored(influx) and SystemClock().monotonic() < deadline:
        pass
    assert stored(influx) == 1


def test_where_nobody_listens_behind_it_the_connection_ends(proxy, through):
    proxy.target = free_port()
    with pytest.raises(Unavailable):
        through.write([LINE])
