"""A violation's minutes become one point, however they come."""

from hypothesis import given
from hypothesis import strategies as st

from collector import lineprotocol
from collector.episodes import Episodes
from collector.influx import Series

TAGS = {"venue": "yb-0012", "pc": "07", "place": "04252", "class": "game", "policy": "p", "severity": "warning", "what": ""}  # fmt: skip
COLUMNS = ("time", "firing", "since", "value")
T0 = 1_772_463_960


def series(*rows, **tags):
    return Series("violation", TAGS | tags, COLUMNS, tuple((t * 1000, *rest) for t, *rest in rows))


def lines(*portions):
    found = Episodes()
    for portion in portions:
        found.take([portion])
    return [lineprotocol.encode(point) for point in found.points()]


def test_a_violation_that_ended_is_one_point_at_its_beginning():
    rows = [(T0 + 60 * n, int(n < 3), 60 * n, 60.0 + n) for n in range(4)]
    (line,) = lines(series(*rows))
    assert line == (
        "episode,class=game,pc=07,place=04252,policy=p,severity=warning,venue=yb-0012"
        f" ended=1i,lasted=180i,most=63.0 {T0}"
    )


def test_one_that_fires_again_is_two():
    first, again = T0, T0 + 3600
    rows = [(first, 1, 0, 1.0), (first + 60, 0, 60, 1.0), (again, 1, 0, 2.0)]
    found = lines(series(*rows))
    assert [line.rpartition(" ")[2] for line in found] == [str(first), str(again)]
    assert "ended=1i,lasted=60i" in found[0]
    assert "ended=0i,lasted=0i" in found[1]


def test_the_stacks_own_has_no_venue_and_none_compared_has_no_number():
    (line,) = lines(series((T0, 1, 0, None), venue="", pc="", place="", **{"class": ""}, what="worker:1"))
    assert line == f"episode,policy=p,severity=warning,what=worker:1 ended=0i,lasted=0i {T0}"


@given(st.integers(1, 30), st.integers(1, 30))
def test_portions_make_no_difference(count, size):
    rows = [(T0 + 60 * n, 1, 60 * n, float(n)) for n in range(count)]
    portions = [series(*rows[i : i + size]) for i in range(0, count, size)]
    assert lines(*portions) == lines(*reversed(portions)) == lines(series(*rows))
