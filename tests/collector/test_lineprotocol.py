"""The strict line protocol: everything we write comes back, everything doubtful is refused."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.influx import Influx
from collector.lineprotocol import Point, decode, encode

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,10}", fullmatch=True).filter(lambda name: name != "time")
TAGS = st.from_regex(r"[A-Za-z0-9._:-]{1,20}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
VALUES = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
POINTS = st.builds(
    Point,
    NAMES,
    st.dictionaries(NAMES, TAGS, max_size=3),
    st.dictionaries(NAMES, VALUES, min_size=1, max_size=4),
    st.none() | st.integers(-(2**63), 2**63 - 1),
)


@given(POINTS)
def test_a_point_comes_back(point):
    try:
        line = encode(point)
    except ValueError:
        # A number with more digits than the dialect has; nothing that a sensor measures.
        assert any(
            isinstance(v, float) and (abs(v) >= 1e16 or 0 < abs(v) < 1e-4) for v in point.fields.values()
        )
        return
    assert decode(line) == point


@pytest.mark.parametrize(
    "line",
    [
        "",
        "host",
        "host cpu=",
        "host cpu=1.0 1 2",
        "host  cpu=1.0",
        "host cpu=1.0\n",
        "host cpu=NaN",
        "host cpu=inf",
        "host cpu=1e400",
        "host cpu=t",
        "host n=9223372036854775808i",
        "host n=1u",
        "host,pc= cpu=1.0",
        "host,pc=a\\ b cpu=1.0",
        "host,pc=a,pc=b cpu=1.0",
        "host cpu=1.0,cpu=2.0",
        'host s="a',
        'host s="a\\n"',
        'host s="a\tb"',
        "host cpu=1.0 99999999999999999999",
        "host cpu=1.0 9223372036854775808",
        "host,time=1 cpu=1.0",
        "host time=1i,cpu=1.0",
        "#comment",
        "hóst cpu=1.0",
    ],
)
def test_what_is_doubtful_is_refused(line):
    with pytest.raises(ValueError):
        decode(line)


@pytest.mark.parametrize("value", [math.nan, math.inf, True, "two\nlines"])
def test_what_influxdb_would_change_is_not_written(value):
    with pytest.raises(ValueError):
        encode(Point("host", {}, {"x": value}))


@pytest.mark.parametrize("point", [Point("host", {"time": "1"}, {"x": 1}), Point("host", {}, {"time": 1})])
def test_a_tag_or_field_named_time_is_not_written(point):
    """InfluxDB refuses the one and drops the other without a word."""
    with pytest.raises(ValueError):
        encode(point)


def test_the_database_stores_what_was_meant(influx: Influx):
    texts = ["", 'say "hi"', "back\\slash", "Phường Yên Bái", "a=b,c d", "\\", '\\"']
    lines = [
        encode(Point("t", {"k": f"v{i}"}, {"s": text, "f": -0.25, "n": -7}, i))
        for i, text in enumerate(texts)
    ]
    influx.write(lines)
    stored = influx.query('SELECT s, f, n FROM "t"')[0].rows
    assert [row[1:] for row in stored] == [(text, -0.25, -7) for text in texts]


@pytest.mark.parametrize(
    "point",
    [
        Point("m", {"a": "1,b=2"}, {"f": 1}),
        Point("m,a=1", {}, {"f": 1}),
        Point("m", {"a=1,b": "2"}, {"f": 1}),
        Point("m", {}, {"a=1i,b": 2}),
    ],
    ids=["tag's value", "measurement", "tag's name", "field's name"],
)
def test_a_comma_does_not_make_two_of_one(point):
    with pytest.raises(ValueError, match="cannot be written"):
        encode(point)
