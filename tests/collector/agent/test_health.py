"""The agent's own line: what the schema holds of it, and what it costs."""

from datetime import UTC, datetime

import pytest

from collector import lineprotocol, schema
from collector.agent.health import Health, busy_share
from collector.clock import FrozenClock, SystemClock

COUNTS = {"queued": 3, "queued_bytes": 400, "dropped": 1, "resent": 2, "errors": 5}


def test_the_line_holds_what_the_schema_knows_but_the_stamps_clock() -> None:
    point = Health(SystemClock(), "1.2.3").point(stream="a" * 32, n=7, **COUNTS)
    fields = {field.name: field for field in schema.BY_NAME["agent"].fields}
    assert set(point.fields) == set(fields) - {"clock"}
    assert all(type(value) is fields[name].kind.value for name, value in point.fields.items())
    assert (point.fields["n"], point.fields["version"], point.fields["errors"]) == (7, "1.2.3", 5)
    assert point.fields["rss"] > 1_000_000
    lineprotocol.encode(point)


def test_uptime_does_not_mind_the_wall_clock() -> None:
    clock = FrozenClock(datetime(2026, 3, 2, 21, 50, tzinfo=UTC))
    health = Health(clock)
    clock.advance(90)
    clock.set_wall(datetime(2020, 1, 1, tzinfo=UTC))
    assert health.point(stream="a" * 32, n=1, **COUNTS).fields["uptime"] == 90


def test_work_shows_as_processor_time() -> None:
    """The clock stands while this process burns a tenth of a second; then a second passes."""
    clock = FrozenClock(datetime(2026, 3, 2, 21, 50, tzinfo=UTC))
    health = Health(clock)
    mine, system = SystemClock(), 0.0
    start = mine.monotonic()
    while system < 0.1:
        system = mine.monotonic() - start
    clock.advance(1)
    assert health.point(stream="a" * 32, n=1, **COUNTS).fields["cpu"] > 0
    assert health.point(stream="a" * 32, n=2, **COUNTS).fields["cpu"] == 0.0


@pytest.mark.parametrize(
    ("used", "passed", "share"),
    [(0.3, 30, 1.0), (60, 30, 200.0), (-1, 30, 0.0), (1, 0, 0.0), (0.0001, 30, 0.0)],
)
def test_a_share_of_one_core(used: float, passed: float, share: float) -> None:
    assert busy_share(used, passed) == share
