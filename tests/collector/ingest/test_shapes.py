"""The quick way past a line's check takes nothing that the careful way would not take just so."""

import re
from datetime import datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector import lineprotocol, schema
from collector.agent.health import Health
from collector.agent.spool import Spool
from collector.clock import LOCAL, FrozenClock, at_second
from collector.ingest.pipeline import Pipeline
from collector.ingest.shapes import SHAPES, _up_to
from collector.simulate import Habits
from collector.simulate.guest import Guest

NIGHT = int(datetime(2026, 3, 2, 22, 0, 10, tzinfo=LOCAL).timestamp())
AGENTS = [m for m in schema.MEASUREMENTS if m.writer is schema.Writer.AGENT]


@pytest.mark.parametrize("high", [0, 1, 7, 9, 10, 42, 99, 100, 253, 1764, 86_400, 99_999, 100_000])
def test_a_pattern_of_whole_numbers_ends_where_it_shall(high):
    pattern = re.compile(_up_to(high))
    for number in range(max(high * 2, 200)):
        assert bool(pattern.fullmatch(str(number))) == (number <= high)
    assert not any(pattern.fullmatch(text) for text in ("", "00", "01", "-1", "+1", "1.0"))


def test_every_measurement_of_an_agent_has_its_shape():
    assert SHAPES.keys() == {m.name for m in AGENTS}


numbers = st.one_of(
    st.sampled_from(["0", "1", "-1", "01", "86400", "86401", "100000", "9" * 18, "9" * 19, str(2**63)]),
    st.integers(-5, 10**6).map(str),
)
floats = st.one_of(
    st.sampled_from(["0.0", "100.0", "100.1", "99.9", "1e2", "-0.0", "5.", ".5", "1e999", "07.5", "nan"]),
    st.floats(-10, 200_000).map(repr),
)
words = st.text(st.sampled_from('ab 0,=\\"ạ\n\t\x00\x85\u2028'), max_size=70)
values = st.one_of(
    numbers.map("{}i".format), numbers, floats, words.map('"{}"'.format), words, st.sampled_from(["t", ""])
)


@st.composite
def lines(draw: st.DrawFn) -> str:
    """Lines near the agents' spelling: most of a measurement's tags and fields, most of them right."""
    measurement = draw(st.sampled_from(AGENTS))
    tags = sorted(tag.name for tag in measurement.tags)
    fields = sorted((f.name for f in measurement.fields), key=lambda name: (name == "clock", name))
    chosen = [name for name in fields if draw(st.booleans())] or fields[:1]
    if draw(st.integers(0, 9)) == 0:
        chosen = draw(st.permutations(chosen))
    kinds = {schema.Kind.INT: numbers.map("{}i".format), schema.Kind.FLOAT: floats}
    texts = []
    for name in chosen:
        right = kinds.get(measurement.field(name).kind, words.map('"{}"'.format))
        texts.append(f"{name}={draw(right if draw(st.integers(0, 9)) else values)}")
    tag_text = "".join(f",{name}={draw(words) if draw(st.integers(0, 5)) == 0 else 'x'}" for name in tags)
    comma = draw(st.sampled_from([","] * 20 + [" ", ",,", " ,"]))
    stamp = draw(st.sampled_from([str(NIGHT)] * 5 + [str(NIGHT + 61), str(NIGHT - 10**6), "0", "", "1i"]))
    space = draw(st.sampled_from([" "] * 20 + ["  ", " ,", ""]))
    return f"{measurement.name}{tag_text}{space}{comma.join(texts)} {stamp}"


@settings(max_examples=600, deadline=None)
@given(line=lines())
def test_what_the_quick_way_takes_the_careful_way_takes_alike(roster, line):
    pipeline = Pipeline(roster)
    venue = roster.by_id["yb-0012"]
    quick = pipeline._quickly(line, venue, "07", NIGHT)
    if quick is None:
        return
    careful = pipeline._carefully(line, venue, "07", NIGHT)
    assert lineprotocol.decode(quick[0]) == lineprotocol.decode(careful[0])
    assert quick[1:] == careful[1:]


@given(seed=st.integers(0, 1000), looks=st.booleans())
def test_what_an_agent_writes_takes_the_quick_way(roster, seed, looks):
    """Otherwise nothing would be wrong, and everything slow."""
    guest = Guest(Random(seed), Habits(0.7, 0.7), looks)
    guest.step(0.0)
    health = Health(FrozenClock(at_second(NIGHT)), "0.1.0")
    own = health.point(stream="ab" * 16, n=1, queued=1, queued_bytes=2, dropped=0, resent=0, errors=0)
    spool = Spool(None)
    clock = FrozenClock(at_second(NIGHT))
    spool.append([lineprotocol.encode(point) for point in (own, *guest.points(30))], clock.instant())
    spool.stamp("boot-1", lambda _mono: NIGHT)
    (frame,) = spool.frames([1])
    spool.close()
    pipeline = Pipeline(roster)
    venue = roster.by_id["yb-0012"]
    assert all(pipeline._quickly(line, venue, "07", NIGHT) for line in frame.lines)
