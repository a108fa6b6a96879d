"""Plays scenarios: their series into a real InfluxDB, the generated rule over them, who fires compared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from alerts.engine.evaluate import Database, evaluate
from alerts.engine.reader import read as read_rules
from alerts.engine.state import FIRING, Instances, step
from alerts.story import read, series
from collector import lineprotocol
from collector.clock import local
from collector.influx import Influx
from collector.lineprotocol import Point
from collector.problem import Place, Problem, error, in_order
from collector.problem import as_json as problems_as_json
from collector.schema import BY_NAME, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from alerts.engine.files import GroupFile, RuleFile
    from alerts.story import Case, Expectation, Story
    from collector.influx import Access

BATCH = 5000  # lines a write


@dataclass(frozen=True)
class Result:
    """One expectation of one case: what should fire at `at` (local), and what did."""

    policy: str
    case: str
    at: datetime
    expected: tuple[Mapping[str, str], ...]
    got: tuple[Mapping[str, str], ...]
    difference: str

    @property
    def passed(self) -> bool:
        return not self.difference


@dataclass(frozen=True)
class Report:
    """`problems` are faults of the scenario files and rules themselves; they count as failed."""

    results: tuple[Result, ...]
    problems: tuple[Problem, ...]

    @property
    def passed(self) -> bool:
        return not self.problems and all(result.passed for result in self.results)


def run_folder(folder: Path, shown: str, rules: Mapping[str, str], access: Access) -> Report:
    """Every scenario of a folder against generated alerting files (name to text).

    `access` is a real InfluxDB 1.x; each case is played in a database of its own, which is dropped after it.
    """
    results: list[Result] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        story, faults = read(path, f"{shown}/{path.name}")
        problems += faults
        if story is not None:
            report = run(story, Place(f"{shown}/{path.name}"), rules, access)
            results += report.results
            problems += report.problems
    return Report(tuple(results), tuple(in_order(problems)))


def run(story: Story, place: Place, rules: Mapping[str, str], access: Access) -> Report:
    """One scenario. Unavailable or Refused where the database does not play along."""
    alerting, problems = read_rules(rules)
    found = [
        (group, rule)
        for group in alerting.groups
        for rule in group.rules
        if rule.labels.get("policy") == story.policy
    ]
    if not found:
        details = f"known are {', '.join(_policies(alerting.groups)) or 'none'}"
        problems = [
            *problems,
            error("scenario/policy", f"no rule is generated for {story.policy!r}", details, place),
        ]
        return Report((), tuple(problems))
    results = [
        result
        for number, case in enumerate(story.cases)
        for result in _play(story, case, found[0], replace(access, database=f"scenario_{number}"))
    ]
    return Report(tuple(results), tuple(problems))


def as_text(results: Sequence[Result]) -> str:
    """A line a case; for a failed one what was expected, what fired, and when."""
    lines = []
    for policy, case in dict.fromkeys((result.policy, result.case) for result in results):
        own = [result for result in results if (result.policy, result.case) == (policy, case)]
        failed = [result for result in own if not result.passed]
        lines.append(f"{'FAIL' if failed else 'ok'}: {policy}: {case} ({len(own)} times)")
        lines += [result.difference for result in failed]
    return "".join(line + "\n" for line in lines)


def as_json(report: Report) -> dict[str, Any]:
    return {
        "passed": report.passed,
        "problems": problems_as_json(report.problems),
        "results": [
            {
                "policy": result.policy,
                "case": result.case,
                "at": result.at.isoformat(),
                "passed": result.passed,
                "expected": [dict(labels) for labels in result.expected],
                "got": [dict(labels) for labels in result.got],
            }
            for result in report.results
        ],
    }


def _policies(groups: Sequence[GroupFile]) -> list[str]:
    return sorted(rule.labels.get("policy", rule.uid) for group in groups for rule in group.rules)


def _play(story: Story, case: Case, rule: tuple[GroupFile, RuleFile], access: Access) -> Iterator[Result]:
    influx = Influx(access)
    try:
        influx.create_database()
        lines = [lineprotocol.encode(point) for point in points(story, case)]
        for start in range(0, len(lines), BATCH):
            influx.write(lines[start : start + BATCH])
        yield from _evaluate(story, case, rule, influx)
    finally:
        influx.drop_database()
        influx.close()


def points(story: Story, case: Case) -> Iterator[Point]:
    """A case's series as they would stand in the database."""
    for key, values in case.series.items():
        row = series(key)
        measurement = BY_NAME[row.measurement]
        told = {"class": story.klass, "place": story.place}
        tags = {**{tag: told[tag] for tag in told if tag in measurement.tag_names}, **row.tags}
        whole = measurement.field(row.field).kind is Kind.INT
        for i, value in enumerate(values):
            if value is not None:
                time = round((case.start + i * case.step).timestamp())
                yield Point(row.measurement, tags, {row.field: int(value) if whole else value}, time)


def _evaluate(
    story: Story, case: Case, found: tuple[GroupFile, RuleFile], influx: Influx
) -> Iterator[Result]:
    """At each interval from the start on; an expectation sees the last evaluation before or at its time."""
    group, rule = found
    waiting = sorted(case.expect, key=lambda expected: case.moment(expected.at))
    source = Database(influx)
    instances: Instances = {}
    now = _first(case, group.interval)
    for expected in waiting:
        at = case.moment(expected.at)
        while now <= at:
            instances, _ = step(group, rule, instances, evaluate(rule, source, now), now)
            now += group.interval
        yield _compare(story, case, expected, at, instances)


def _first(case: Case, interval: timedelta) -> datetime:
    """Grafana evaluates on multiples of the interval, put off by the group's phase."""
    past = timedelta(seconds=case.start.timestamp() % interval.total_seconds())
    first = case.start - past + case.phase
    return first if first >= case.start else first + interval


def _compare(story: Story, case: Case, expected: Expectation, at: datetime, instances: Instances) -> Result:
    got = [dict(key) for key, instance in sorted(instances.items()) if instance.phase in FIRING]
    missing = [want for want in expected.firing if not any(want.items() <= labels.items() for labels in got)]
    extra = [labels for labels in got if not any(want.items() <= labels.items() for want in expected.firing)]
    difference = ""
    if missing or extra:
        lines = [f"  at {local(at):%Y-%m-%d %H:%M:%S}:"]
        lines += [f"    should fire, but does not: {_show(labels)}" for labels in missing]
        lines += [f"    fires, but should not:     {_show(labels)}" for labels in extra]
        phases = [f"{_show(dict(key))} is {i.phase.value}" for key, i in sorted(instances.items())]
        lines.append(f"    instances: {'; '.join(phases) or 'none'}")
        difference = "\n".join(lines)
    return Result(story.policy, case.name, local(at), expected.firing, tuple(got), difference)


def _show(labels: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={labels[name]}" for name in ("venue", "pc", "class") if name in labels)
