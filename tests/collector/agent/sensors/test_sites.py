"""Twenty lines a sample, whatever was seen; and a list's texts cannot break them."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from collector import lineprotocol, schema
from collector.agent.blocklist import HINT, Group
from collector.agent.blocklist.follow import Followed
from collector.agent.lookout import Lookout
from collector.agent.observation import Lookup
from collector.agent.sensors.sites import SLOTS, SitesSensor, points
from collector.agent.sights import Seen
from collector.clock import FrozenClock

GROUP = Group("stttt", "gambling", "violation", "1", "none")
CLOCK = FrozenClock(datetime(2026, 3, 2, tzinfo=UTC))


def test_twenty_domains_have_a_slot_each_and_the_rest_is_counted_on_the_last() -> None:
    lines = points([Seen(f"{n:02}.test", GROUP, lookups=30 - n) for n in range(25)], 3)
    assert [line.tags["slot"] for line in lines] == [str(n) for n in range(SLOTS)]
    assert [line.fields.get("more") for line in lines] == [None] * 19 + [8]
    assert len({tuple(sorted(line.tags.items())) for line in lines}) == SLOTS


def test_nothing_seen_is_said() -> None:
    (line,) = points([], 0)
    assert lineprotocol.encode(line) == "sites,category=none,grade=none,slot=0 accesses=0i,lookups=0i"


def test_what_a_line_cannot_hold_does_not_cost_the_line() -> None:
    """A list's texts and a program's name are others' data."""
    group = Group("a\nb", "bad category,=", HINT, 'v"1\\', "none")
    seen = Seen("x" * 300, group, 1)
    seen.processes["evil\x00\x1f name" + "y" * 100] += 1
    (line,) = points([seen], 0)
    point = lineprotocol.decode(lineprotocol.encode(line))
    assert point.tags["category"] == "bad_category__"
    for name, value in point.fields.items():
        field = schema.BY_NAME["sites"].field(name)
        assert type(value) is field.kind.value
        assert not isinstance(value, str) or len(value) <= field.high


def test_names_seen_before_the_first_sample_count_from_then_on(
    tmp_path: Path, compiled: Callable[..., Path]
) -> None:
    lookout = Lookout((), CLOCK)
    lists = Followed(compiled(tmp_path / "list", authority=["a.test"]), tmp_path / "lists")
    sensor = SitesSensor(lookout, lists, 30.0)
    sensor.sample(CLOCK.instant())
    lookout.take(Lookup(("x.a.test",), (), None, 1000.0))
    lookout.take(Lookup(("b.test",), (), None, 1000.0))
    (line,) = sensor.sample(CLOCK.instant())
    assert (line.fields["domain"], line.fields["lookups"]) == ("a.test", 1)
