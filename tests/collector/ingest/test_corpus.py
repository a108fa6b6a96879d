"""InfluxData's corpus of line protocol through our line reader, in front of a real influxd.

Each input is taken apart at line breaks, as a message is. The reader is asked with the schema left aside: names
of measurements, tags and fields are the corpus's own, otherwise all would be refused. What it takes is encoded
anew and written to a database of the case's own.

The corpus gives a precision for each case and ours is the second. A stamp is only a number to the reader, so
points are written with the precision of their case; one without a stamp, which the server stamped "now", gets a
fixed second. Nothing about the reader or the spelling of a point depends on it.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from collector import lineprotocol, wire
from collector.ingest.pipeline import Pipeline
from collector.lineprotocol import Point, Value, decode
from provisioning.local.influxd import Influxd

MATERIAL = Path(__file__).parents[4] / "shared" / "data"
NOW = 1_772_463_610
NANOSECONDS = {"ns": 1, "u": 1000, "ms": 1_000_000, "s": 1_000_000_000}
TYPES = {"float": float, "integer": int, "string": str}

Stored = dict[tuple[str, tuple[tuple[str, str], ...], int], dict[str, Value]]


class Database:
    """Plain HTTP, since the precision is the case's."""

    def __init__(self, server: Influxd) -> None:
        self._server = server
        self._pool = urllib3.PoolManager(retries=False, timeout=10)
        self.answers: Counter[int] = Counter()

    def _ask(self, path: str, **fields: str) -> urllib3.BaseHTTPResponse:
        url = f"http://127.0.0.1:{self._server.port}/{path}"
        return self._pool.request("POST", url, fields=fields, encode_multipart=False)

    def write(self, lines: list[str], precision: str) -> None:
        query = f"write?db=corpus&precision={precision}"
        url = f"http://127.0.0.1:{self._server.port}/{query}"
        answer = self._pool.request("POST", url, body="\n".join(lines).encode())
        self.answers[answer.status] += 1
        assert answer.status == 204, (lines, answer.data)

    def begin(self) -> None:
        self._ask("query", q='DROP DATABASE "corpus"')
        self._ask("query", q='CREATE DATABASE "corpus"')

    def stored(self) -> Stored:
        """Every point with the types that the database gave its fields."""
        found: Stored = {}
        keys = self._series("SHOW FIELD KEYS")
        types = {(s["name"], name): kind for s in keys for name, kind in s["values"]}
        for series in self._series("SELECT * FROM /.*/ GROUP BY *"):
            tags = tuple(sorted((k, v) for k, v in series.get("tags", {}).items() if v))
            for time, *values in series["values"]:
                fields = {
                    name: TYPES[types[series["name"], name]](value)
                    for name, value in zip(series["columns"][1:], values, strict=True)
                    if value is not None
                }
                found[series["name"], tags, time] = fields
        return found

    def _series(self, query: str) -> list[dict]:
        answer = json.loads(self._ask("query", db="corpus", epoch="ns", q=query).data)
        (result,) = answer["results"]
        assert "error" not in result, result
        return result.get("series", [])

    def close(self) -> None:
        self._pool.clear()


@pytest.fixture
def database(influxd: Influxd) -> Iterator[Database]:
    made = Database(influxd)
    yield made
    made._ask("query", q='DROP DATABASE "corpus"')
    made.close()


def corpus() -> list[dict]:
    cases = json.loads((MATERIAL / "lineprotocol" / "corpus.json").read_text("utf-8"))["cases"]
    assert len(cases) == 4738
    return cases


def taken(body: str) -> tuple[list[Point], list[tuple[str, str]]]:
    """Points of an input, and the lines that are refused, each with the reader's words."""
    points, refused = [], []
    for line in body.split("\n"):
        try:
            point = lineprotocol.decode(line)
        except ValueError as fault:
            refused.append((line, str(fault)))
        else:
            points.append(point)
    return points, refused


def as_stored(points: list[Point], precision: str) -> Stored:
    """What a database holds of points written in this order."""
    found: Stored = {}
    for point in points:
        time = (NOW if point.time is None else point.time) * NANOSECONDS[precision]
        key = point.measurement, tuple(sorted(point.tags.items())), time
        found[key] = found.get(key, {}) | point.fields
    return found


def as_told(stored: list[dict], precision: str) -> Stored:
    """The same of the corpus's verdict."""
    return {
        (
            point["measurement"],
            tuple(sorted(point["tags"].items())),
            NOW * NANOSECONDS[precision] if point["time"] == "now" else point["time"],
        ): {
            name: TYPES.get(value["type"], lambda v: v)(value["value"])
            for name, value in point["fields"].items()
        }
        for point in stored
    }


def within(part: Stored, whole: Stored) -> bool:
    return all(whole.get(key) == fields for key, fields in part.items())


def typed(stored: Stored) -> Stored:
    """With the type beside each value: Python takes 1 and 1.0 for equal."""
    return {
        key: {name: (type(value), value) for name, value in fields.items()} for key, fields in stored.items()
    }


@pytest.mark.material
def test_what_is_taken_is_stored_as_the_corpus_says_and_nothing_else_reaches_the_database(
    influxd: Influxd, database: Database
):
    count: Counter[str] = Counter()
    killers: list[str] = []
    for case in corpus():
        points, refused = taken(case["text"])
        count["taken"] += len(points)
        count["refused"] += len(refused)
        count["cases with a line taken"] += bool(points)
        if case["verdict"] == "crash":
            assert not points
            killers += [f"{line!r}: {why}" for line, why in refused]
        if not points:
            continue
        expected = typed(as_stored(points, case["precision"]))
        told = typed(as_told(case["stored"], case["precision"]))
        assert within(expected, told), case
        if len(points) == case["text"].count("\n") + 1:
            assert expected == told, case
        database.begin()
        stamped = [Point(p.measurement, p.tags, p.fields, NOW if p.time is None else p.time) for p in points]
        database.write([lineprotocol.encode(point) for point in stamped], case["precision"])
        assert typed(database.stored()) == expected, case
    assert influxd.running
    assert len(killers) == 2
    assert set(database.answers) == {204}
    # A change of these numbers is a change of the dialect.
    assert count == {"taken": 111, "refused": 9966, "cases with a line taken": 108}


@pytest.mark.material
def test_as_messages_of_a_pc_all_of_it_is_refused_by_line_and_the_messages_are_taken(roster):
    """The same inputs through the whole pipeline, schema and all: only the `agent` line of each is stored."""
    pipeline = Pipeline(roster)
    stream = "ab" * 16
    reasons: Counter[str] = Counter()
    for n, case in enumerate(corpus(), 1):
        own = f'agent n={n}i,stream="{stream}",clock="server" {NOW}'
        payload = f"# 1 {stream} {n}\n{own}\n{case['text']}".encode()
        result = pipeline.take(wire.topic("yb-0012", "07", "data"), payload, NOW)
        reasons.update(dead.reason for dead in result.refused)
        assert all(decode(line).measurement == "agent" for line in result.lines)
        assert (result.received, len(result.lines) + result.dead) == (1, 1)
    assert set(reasons) == {"line", "measurement", "encoding", "header"}


BORDERS: tuple[Value, ...] = (
    0, -1, 2**63 - 1, -(2**63), 0.0, -0.0, 5e-324, 2.2250738585072014e-308, 0.1 + 0.2, 1e15 + 0.3, 123456789012345.67,
    "", " ", '"', "\\", '\\"', 'a\\\\"b', "a=b,c d", "\u00a0", "\u2028\u2029", "\ufeff", "\ufffe\uffff", "😀", "e\u0301",
    "đường", "#", "'", "x" * 253,
)  # fmt: skip
TAGS = ("a", "đường", "😀", "e\u0301", "'", "#", "#a", "\ufeff", "\ufffe", "漢" * 128, "none", "-", "1i")


def test_what_lies_at_the_borders_of_our_dialect_is_stored_as_it_was_meant(database: Database):
    points = [
        *(Point("m", {"k": f"v{n}"}, {f"f{n}": value}, NOW) for n, value in enumerate(BORDERS)),
        *(Point("m", {"k": tag}, {"n": 1}, NOW) for tag in TAGS),
        Point("N" * 64, {"T" * 64: "v"}, {"F" * 64: 1}, NOW),
        Point("times", {}, {"n": 1}, 0),
        Point("times", {}, {"n": 1}, -1),
        Point("times", {}, {"n": 1}, 4_102_444_800),
    ]
    lines = [lineprotocol.encode(point) for point in points]
    assert [lineprotocol.decode(line) for line in lines] == points
    database.begin()
    database.write(lines, "s")
    assert typed(database.stored()) == typed(as_stored(points, "s"))
