"""Payloads of every shape through the pipeline: no exception, nothing but good lines to the database, even books.

What is held against what stands in benchmarks/common/judge.py, which reads lines by a grammar of its own; a million
payloads and a run guided by coverage are `make fuzz`.
"""

import importlib.util
import json
import subprocess
import sys
import zlib
from pathlib import Path
from random import Random
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector import schema, wire
from collector.ingest.pipeline import Pipeline
from collector.lineprotocol import decode

ROOT = Path(__file__).parents[3]


def load(name: str) -> ModuleType:
    """A module of the benchmarks, which are no package."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks" / "common" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


judging, payloads = load("judge"), load("payloads")
NOW = payloads.NOW
JUDGE = judging.Judge(payloads.roster(), NOW)
TOPIC = wire.topic("yb-0012", "07", "data")
STREAMS = st.sampled_from(payloads.STREAMS)

tokens = st.sampled_from(payloads.TOKENS)
numbers = st.one_of(
    st.sampled_from([0, 1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 10**30]),
    st.integers(-5, 100_001),
)
strange = st.text(st.characters(codec="utf-8"), max_size=12)
texts = st.one_of(st.sampled_from(["", "server", "none"]), strange, tokens)
quoted = st.one_of(
    texts.map(lambda t: '"' + t.replace("\\", "\\\\").replace('"', '\\"') + '"'),
    texts.map('"{}"'.format),
    texts,
)
values = st.one_of(
    numbers.map("{}i".format),
    numbers.map(str),
    st.floats().map(repr),
    st.floats(0, 100).map(repr),
    quoted,
    tokens,
)
stamps = st.one_of(
    st.integers(NOW - 9 * 86_400, NOW + 70).map(" {}".format),
    st.sampled_from(["", f" {NOW}", f" {NOW}\n", " 0", " -1", f" {NOW} {NOW}", f" {10**18}", f" {2**63}"]),
)


@st.composite
def lines(draw: st.DrawFn) -> str:
    """Mostly as the schema has it, each part sometimes wrong."""
    wrong = st.integers(0, 9).map(lambda n: n == 0)
    measurement = draw(
        st.sampled_from([m for m in schema.MEASUREMENTS if draw(wrong) or m in payloads.AGENTS])
    )
    name = draw(tokens) if draw(wrong) else measurement.name
    tags = "".join(f",{tag.name}={draw(texts) if draw(wrong) else 'x'}" for tag in measurement.tags)
    tags += (
        draw(st.sampled_from([",venue=yb-0100", ",pc=01", ",time=1", ",game=b", "\\ ", ","]))
        if draw(wrong)
        else ""
    )
    kinds = {schema.Kind.INT: numbers.map("{}i".format), schema.Kind.FLOAT: st.floats(0, 100).map(repr)}
    fields = [
        f"{field.name}={draw(values if draw(wrong) else kinds.get(field.kind, quoted))}"
        for field in draw(
            st.lists(st.sampled_from(measurement.fields), min_size=1, max_size=6, unique=not draw(wrong))
        )
    ]
    return f"{name}{tags} {','.join(fields)}{draw(stamps)}"


@st.composite
def frames(draw: st.DrawFn) -> str:
    stream, n = draw(STREAMS), draw(st.sampled_from([1, 1, 1, 2, 0, 10**15]))
    version = draw(st.sampled_from([1, 1, 1, 1, 1, 1, 0, 2, 10_000]))
    own = draw(st.sampled_from([f'agent n={n}i,stream="{stream}" {NOW}'] * 4 + [f"agent n={n}i {NOW}", ""]))
    more = draw(st.lists(lines() | strange, max_size=4))
    return "\n".join([f"# {version} {stream} {n}", *([own] if own else []), *more])


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """Frames, then damage to the bytes, then compression, then damage to that."""
    body = "\n".join(draw(st.lists(frames(), min_size=1, max_size=3))).encode()
    if draw(st.integers(0, 4)) == 0:
        body = draw(damaged(body))
    packing = draw(st.integers(0, 7))
    if packing < 2:
        body = zlib.compress(body)
    if packing == 0:
        body = draw(damaged(body))
    return body


@st.composite
def damaged(draw: st.DrawFn, body: bytes) -> bytes:
    at = draw(st.integers(0, len(body)))
    gone = draw(st.sampled_from([0, 0, 1, 3, 10**6]))
    return body[:at] + draw(st.one_of(st.binary(max_size=6), tokens.map(str.encode))) + body[at + gone :]


topics = st.one_of(
    st.just(TOPIC),
    st.sampled_from(
        [wire.topic("yb-0100", "01", "data"), wire.topic("yb-0012", "99", "data"), "x", TOPIC + "\n"]
    ),
)


@settings(max_examples=800, deadline=None)
@given(topics, bodies())
def test_whatever_a_payload_holds_only_good_lines_come_of_it_and_the_books_balance(topic, body):
    JUDGE(topic, body)


@settings(max_examples=300, deadline=None)
@given(lines())
def test_a_line_is_taken_or_refused_and_never_changed_into_another(line):
    own = f'agent n=1i,stream="{payloads.STREAMS[0]}" {NOW}'
    taken = JUDGE(TOPIC, f"# 1 {payloads.STREAMS[0]} 1\n{own}\n{line}".encode())
    if "\n" not in line and not line.startswith("#"):
        own = [line for line in taken.lines if not line.startswith("after_hours,")]
        assert len(own) + len(taken.refused) == 2 or taken.received == taken.dead == 1


@pytest.mark.parametrize("seed", range(3))
def test_payloads_from_a_seed_hold_and_reach_each_reason(seed):
    judge = judging.Judge(payloads.roster(), NOW)
    make = payloads.Payloads(Random(seed))
    for _ in range(1500):
        judge(*make())
    judge.finish()
    assert judge.ledger.balanced
    assert judge.lines > 1000
    assert len(judge.reasons) > 12


def test_a_real_database_takes_and_keeps_every_line_that_comes_of_them(influx):
    make, pipeline = payloads.Payloads(Random(11)), Pipeline(payloads.roster())
    sent: dict[tuple, dict] = {}
    for _ in range(3000):
        lines = pipeline.take(*make(), NOW).lines
        influx.write(lines) if lines else None
        for point in map(decode, lines):
            key = point.measurement, tuple(sorted(point.tags.items())), point.time * 1000
            sent.setdefault(key, {}).update(point.fields)
    stored = {}
    for series in influx.query("SELECT * FROM /.*/ GROUP BY *"):
        for time, *row in series.rows:
            fields = {k: v for k, v in zip(series.columns[1:], row, strict=True) if v is not None}
            tags = tuple(sorted((k, v) for k, v in series.tags.items() if v))
            stored[series.name, tags, time] = fields
    assert len(stored) > 400
    assert stored == sent


def test_the_same_seed_gives_the_same_payloads():
    one, two = payloads.Payloads(Random(7)), payloads.Payloads(Random(7))
    assert [one() for _ in range(200)] == [two() for _ in range(200)]


GOOD = f"games,class=agent,game=x,pc=07,place=04274,venue=yb-0012 after_hours=10i,play=30i {NOW}"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("pc=07", "pc=08"),
        ("venue=yb-0012", "venue=yb-0100"),
        ("game=x,", ""),
        ("game=x", "game=x,mood=y"),
        ("game=x", "game="),
        ("game=x", "game=x\\ y"),
        ("game=x", 'game="x"'),
        ("play=30i", "play=30"),
        ("play=30i", "play=030i"),
        ("play=30i", "play=-1i"),
        ("play=30i", "play=86401i"),
        ("play=30i", "play=30i,play=31i"),
        ("play=30i", "mood=30i"),
        ("play=30i", ""),
        (" after", "  after"),
        (f" {NOW}", ""),
        (f" {NOW}", f" {NOW + 61}"),
        (f" {NOW}", f" {NOW}\n"),
        (f" {NOW}", f" {NOW} "),
        ("games,", "fans,"),
        ("x", "\x85"),
    ],
)
def test_the_judges_own_grammar_lets_no_fault_pass(old, new):
    judging.check(GOOD, TOPIC, NOW, JUDGE.bounds)
    with pytest.raises(judging.WrongError):
        judging.check(GOOD.replace(old, new, 1), TOPIC, NOW, JUDGE.bounds)


def test_the_long_proof_runs_and_says_what_it_did(tmp_path):
    out = tmp_path / "fuzz.json"
    command = [sys.executable, str(ROOT / "benchmarks" / "fuzz.py"), "--payloads", "1000", "--guided", "2000"]
    subprocess.run([*command, "--out", str(out)], check=True, capture_output=True, timeout=60, cwd=tmp_path)
    report = json.loads(out.read_text())
    assert report["from_a_seed"]["payloads"] == 1000
    assert report["guided_by_coverage"]["runs"] >= 2000
    assert report["guided_by_coverage"]["paths_at_the_end"] > 200
