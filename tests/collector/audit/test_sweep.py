"""The audit of a real database: cheap sums find every PC whose numbers do not fit, and only those are read."""

import re
from collections.abc import Iterable
from random import Random

import pytest

from collector.audit.numbers import Kind, Why
from collector.audit.sweep import Audit, audit
from collector.influx import Influx, Refused
from collector.lineprotocol import Point, encode

A, B = "aa" * 16, "bb" * 16
DAY = 1_772_409_600
HOUR = 3600
EVERY = 60  # seconds between two messages


def line(pc: str, n: int, stamp: int, stream: str = A, **more: int) -> str:
    venue, _, name = pc.partition("/")
    tags = {"venue": venue, "pc": name, "place": "04273", "class": "game"}
    return encode(Point("agent", tags, {"n": n, "stream": stream, **more}, stamp))


def lines(pc: str, numbers: Iterable[int], stream: str = A, begin: int = DAY, **more: int) -> list[str]:
    return [line(pc, n, begin + n * EVERY, stream, **more) for n in numbers]


def look(influx: Influx, begin: int = DAY, hours: int = 4, **more) -> Audit:
    return audit(influx, begin, begin + hours * HOUR, slice_=HOUR, **more)


def told(found: Audit) -> list[tuple]:
    return [(f.venue, f.pc, f.kind, f.first, f.last, f.why) for f in found.findings]


def test_an_empty_database_is_clean(influx):
    assert look(influx) == Audit(DAY, DAY + 4 * HOUR, 0, 0, ())


def test_each_fault_is_found_among_many_pcs_without_one(influx):
    whole = range(1, 240)
    rows = [row for n in range(50) for row in lines(f"yb-0001/{n:02}", whole, stream=f"{n:032x}")]
    rows += lines("yb-0012/01", [n for n in whole if n not in {59, 60, 61, 100}])  # over a slice's end
    rows += lines("yb-0012/02", whole) + lines("yb-0012/02", [5, 6], begin=DAY + 7)
    rows += lines("yb-0012/03", range(1, 60)) + lines("yb-0012/03", range(1, 100), B, DAY + 2 * HOUR)
    rows += lines("yb-0012/04", whole) + lines("yb-0012/04", range(1, 30), B, DAY + 31)
    rows += lines("yb-0012/05", range(3, 10))
    influx.write(rows)
    found = look(influx)
    assert told(found) == [
        ("yb-0012", "01", Kind.GAP, 59, 61, Why.UNKNOWN),
        ("yb-0012", "01", Kind.GAP, 100, 100, Why.UNKNOWN),
        ("yb-0012", "02", Kind.TWICE, 5, 6, None),
        ("yb-0012", "03", Kind.NEW_STREAM, 0, 0, None),
        ("yb-0012", "04", Kind.TOGETHER, 0, 0, None),
        ("yb-0012", "05", Kind.GAP, 1, 2, Why.UNKNOWN),
    ]
    assert (found.pcs, found.messages) == (55, len(rows))
    assert not found.is_clean


def test_duplicates_and_gaps_that_cancel_in_count_and_sum_are_found(influx):
    rows = lines("yb-0012/01", [1, 2, 3, 6, 7]) + lines("yb-0012/01", [3, 6], begin=DAY + 1)
    influx.write(rows)
    assert told(look(influx)) == [
        ("yb-0012", "01", Kind.GAP, 4, 5, Why.UNKNOWN),
        ("yb-0012", "01", Kind.TWICE, 3, 3, None),
        ("yb-0012", "01", Kind.TWICE, 6, 6, None),
    ]


def test_a_venue_alone_and_a_period_alone(influx):
    influx.write(lines("yb-0012/01", [1, 3]) + lines("yb-0031/01", [1, 3, 100, 102]))
    assert {f.venue for f in look(influx, venue="yb-0031").findings} == {"yb-0031"}
    later = look(influx, begin=DAY + HOUR)
    # What is missing is told where the number behind it lies.
    assert told(later) == [
        ("yb-0031", "01", Kind.GAP, 4, 99, Why.UNKNOWN),
        ("yb-0031", "01", Kind.GAP, 101, 101, Why.UNKNOWN),
    ]
    assert (later.pcs, later.messages) == (1, 2)


def test_a_gap_is_explained_by_what_the_agent_says_later_even_after_the_period(influx):
    influx.write(lines("yb-0012/01", [1, 2, 9], dropped=4) + lines("yb-0012/01", [1000], dropped=10))
    (finding,) = look(influx).findings
    assert (finding.first, finding.last, finding.why) == (3, 8, Why.DROPPED)
    influx.write(lines("yb-0012/02", [1, 2, 9], dropped=0, queued=6))
    assert look(influx).findings[1].why is Why.WAITING


def test_what_lies_among_the_dead_letters_explains_a_gap(influx):
    influx.write(lines("yb-0012/01", [1, 2, 5]))
    (finding,) = look(influx, refused={A: frozenset({3, 4})}).findings
    assert finding.why is Why.REFUSED


def test_a_change_of_place_in_the_registry_is_no_break(influx):
    rows = lines("yb-0012/01", range(1, 50))
    rows[20:] = [row.replace("place=04273", "place=09999") for row in rows[20:]]
    influx.write(rows)
    assert look(influx).findings == ()


@pytest.mark.parametrize("slice_", [600, HOUR, 24 * HOUR])
def test_however_time_is_sliced_the_same_is_found(influx, slice_):
    random = Random(5)
    rows = []
    for pc in range(20):
        rows += lines(f"yb-0012/{pc:02}", [n for n in range(1, 200) if random.random() > 0.01], f"{pc:032x}")
    influx.write(rows)
    found = audit(influx, DAY, DAY + 4 * HOUR, slice_=slice_)
    assert sum(f.of for f in found.findings) == sum(
        max(numbers) - len(numbers) for numbers in by_stream(rows).values()
    )


class Hurried(Influx):
    """A database that gives up on a query over more than so many seconds, as `query-timeout` makes it."""

    longest = 1800

    def query(self, text: str, *, method: str = "GET"):
        bounds = [int(n) for n in re.findall(r"time (?:>=|<) ([0-9]+)s", text)]
        if "count(" in text and bounds[1] - bounds[0] > self.longest:
            raise Refused("query-timeout limit exceeded")
        return super().query(text, method=method)


def test_a_database_that_gives_up_on_long_queries_is_asked_shorter_ones(influx):
    influx.write(lines("yb-0012/01", [n for n in range(1, 200) if n not in {59, 60, 61, 100}]))
    hurried = Hurried(influx._access)
    assert look(hurried) == look(influx)
    hurried.longest = 10
    with pytest.raises(Refused, match="query-timeout"):
        look(hurried)
    hurried.close()


def by_stream(rows: list[str]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for row in rows:
        fields = dict(part.split("=") for part in row.split(" ")[1].split(","))
        found.setdefault(fields["stream"], set()).add(int(fields["n"].rstrip("i")))
    return found
