"""A process's own health, as points that the schema allows."""

from datetime import UTC, datetime

from collector import lineprotocol, schema
from collector.clock import FrozenClock
from collector.vitals import Vitals


def test_a_line_is_due_soon_and_then_each_minute():
    clock = FrozenClock(datetime(2026, 3, 2, 15, 0, tzinfo=UTC))
    vitals = Vitals("ingest-1", clock)
    counts = []
    for _ in range(15):
        clock.advance(10)
        counts.append(len(vitals.lines()))
    assert counts == [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0]


def test_a_line_says_what_the_schema_lists():
    clock = FrozenClock(datetime(2026, 3, 2, 15, 0, tzinfo=UTC))
    vitals = Vitals("ingest-1", clock)
    clock.advance(90)
    point = lineprotocol.decode(vitals.lines()[0])
    measurement = schema.BY_NAME["process"]
    assert point.measurement == "process"
    assert point.tags == {"process": "ingest-1"}
    assert point.time == int(clock.wall().timestamp())
    assert {name: type(value) for name, value in point.fields.items()} == {
        field.name: field.kind.value for field in measurement.fields
    }
    assert point.fields["uptime"] == 90
    assert 5_000_000 < point.fields["rss"] < 2_000_000_000
