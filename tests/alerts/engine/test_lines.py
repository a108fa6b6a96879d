"""Points that cannot be written are kept, in order, said once, and bounded."""

import pytest

from alerts.engine import lines as module
from alerts.engine.lines import Lines
from collector.influx import Refused, Unavailable


class Server:
    """Takes lines, or raises `fault`."""

    def __init__(self):
        self.fault = None
        self.taken = []

    def write(self, lines):
        if self.fault is not None:
            raise self.fault
        self.taken.append(tuple(lines))


@pytest.fixture
def server():
    return Server()


def test_lines_wait_for_the_database(server, caplog):
    lines = Lines(server)
    server.fault = Unavailable("down")
    lines.put("one")
    lines.flush()
    lines.put("two")
    lines.flush()
    server.fault = None
    lines.flush()
    lines.flush()
    assert server.taken == [("one", "two")]
    assert caplog.text.count("cannot be written") == 1


def test_lines_that_the_database_refuses_are_counted_and_said(server, caplog):
    lines = Lines(server)
    server.fault = Refused("field type conflict")
    lines.put("one")
    lines.flush()
    assert (lines.dropped, len(lines.waiting)) == (1, 0)
    assert "field type conflict" in caplog.text


def test_lines_are_bounded_and_written_in_batches(server):
    lines = Lines(server)
    for n in range(module.MOST + 1):
        lines.put(str(n))
    assert (len(lines.waiting), lines.waiting[0], lines.dropped) == (module.MOST, "1", 1)
    lines.flush()
    assert {len(batch) for batch in server.taken} == {module.BATCH}
