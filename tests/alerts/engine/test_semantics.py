"""Plays the rows of semantics/: what Grafana does with a rule, each with Grafana's source."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from alerts.engine import template
from alerts.engine.evaluate import Verdict, evaluate
from alerts.engine.state import Phase, ends, loaded, step, told

T0 = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
FILES = sorted((Path(__file__).parent / "semantics").glob("*.yaml"))
ROWS = [row for path in FILES for row in yaml.safe_load(path.read_text("utf-8"))]
LETTERS = {phase: phase.value[0].lower() for phase in Phase} | {Phase.NO_DATA: "d"}


def shown(pairs):
    return ",".join(f"{name}={value}" for name, value in pairs) or "-"


def play(row, source, group, rule):
    """The results of the last evaluation, the phases by label set, and the instances at the end."""
    count = max((len(w.split()) for s in row.get("see", {}).values() for w in s.values()), default=1)
    instances, phases, results = {}, {}, []
    for source.at in range(count):
        now = T0 + source.at * group.interval
        results = evaluate(rule, source, now, loaded(instances.values()))
        instances, _ = step(group, rule, instances, results, now)
        for one in instances.values():
            before = phases.get(shown(one.query), "").ljust(source.at, ".")
            phases[shown(one.query)] = before + LETTERS[one.phase]
    return results, {key: letters.ljust(count, ".") for key, letters in phases.items()}, instances


def agrees(then, results, number):
    whole = len(results) == 1 and not results[0].labels and not results[0].values
    found = {"of all" if whole else shown(result.labels): result for result in results}
    assert set(found) == set(then)
    for key, words in then.items():
        verdict, *values = words.split()
        assert found[key].verdict.value == verdict, key
        for ref, value in (pair.split("=") for pair in values):
            assert dict(found[key].values)[ref] == pytest.approx(number(value), nan_ok=True), (key, ref)


def is_so(row, group, instance):
    own = dict(instance.labels)
    assert row.get("instance", {}).items() <= own.items()
    assert not set(row.get("without", ())) & set(own)
    assert "told" not in row or told(instance) == row["told"]
    assert instance.reason == row.get("reason", instance.reason)
    assert "ends" not in row or ends(group.interval, instance) == instance.seen + timedelta(
        seconds=row["ends"]
    )


@pytest.mark.parametrize(
    "row", [r for r in ROWS if "template" not in r and "refused" not in r], ids=lambda r: r["row"]
)
def test_a_rule(row, make, source_of, number):
    group, rule = make(row)
    results, phases, instances = play(row, source_of(row), group, rule)
    if "error" in row:
        assert [result.verdict for result in results] == [Verdict.ERROR]
        assert row["error"] in results[0].error
    agrees(row["then"], results, number) if "then" in row else None
    assert phases == row.get("phases", phases)
    assert len(instances) == row.get("instances", len(instances))
    for instance in instances.values():
        is_so(row, group, instance)


@pytest.mark.parametrize("row", [row for row in ROWS if "refused" in row], ids=lambda row: row["row"])
def test_a_refusal(row, refusals):
    assert any(row["refused"] in problem for problem in refusals(row))


@pytest.mark.parametrize("row", [row for row in ROWS if "template" in row], ids=lambda row: row["row"])
def test_a_template(row, number):
    values = {ref: number(str(value)) for ref, value in row.get("values", {}).items()}
    found = template.attempt(row["template"], row.get("labels", {}), values)
    assert found.text == row.get("shows", row["template"])
    assert row["fault"] in found.fault if "fault" in row else not found.fault


def test_each_row_has_its_own_sentence_a_source_and_something_to_show():
    assert len({row["row"] for row in ROWS}) == len(ROWS) >= 90
    shows = {
        "then",
        "phases",
        "error",
        "refused",
        "shows",
        "fault",
        "instance",
        "instances",
        "told",
        "reason",
        "ends",
    }
    known = shows | {
        "row",
        "source",
        "rule",
        "nodes",
        "see",
        "influx",
        "without",
        "template",
        "labels",
        "values",
    }
    for row in ROWS:
        assert re.fullmatch(r"(go:|pr:)?[\w./-]+\.go", row["source"]), row["row"]
        assert shows & set(row), row["row"]
        assert set(row) <= known, row["row"]
