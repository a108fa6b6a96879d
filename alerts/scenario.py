"""Plays scenarios: their series into a real InfluxDB, the generated rule over them, who fires compared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from alerts import difference
from alerts.difference import Fires
from alerts.engine.evaluate import Database, evaluate
from alerts.engine.reader import read as read_rules
from alerts.engine.rules import Entry, alert
from alerts.engine.state import FIRING, loaded, step
from alerts.notation import series
from alerts.story import read
from alerts.together import Together
from collector import lineprotocol
from collector.clock import local
from collector.influx import Influx
from collector.lineprotocol import Point
from collector.problem import Place, Problem, Severity, error, in_order
from collector.schema import BY_NAME, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from alerts.engine.state import Instances
    from alerts.story import Case, Expectation, Firing, Story
    from collector.influx import Access

    # The generated alerting files, by name, in which a story's rule stands.
    Generate = Callable[[Story], Mapping[str, str]]

BATCH = 5000  # lines a write


@dataclass(frozen=True)
class Result:
    """One expectation of one case: what should fire at `at` (local), and what did."""

    policy: str
    case: str
    at: datetime
    expected: tuple[Firing, ...]
    got: tuple[Fires, ...]
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
        faulty = any(problem.severity < Severity.INFO for problem in self.problems)
        return not faulty and all(result.passed for result in self.results)


@dataclass(frozen=True)
class Told:
    """A story, its file, and what messages call that."""

    story: Story
    path: Path
    place: Place


def stories(
    folders: Sequence[tuple[Path, str]], policy: str | None = None
) -> tuple[list[Told], list[Problem]]:
    """Those of folders (and the names by which messages call these), or of one policy, by file name.

    A file of a later folder takes the place of an earlier one of the same name: a site tells the story of a
    policy that it has changed anew.
    """
    found = {
        path.name: (path, f"{shown}/{path.name}")
        for folder, shown in folders
        for path in folder.glob("*.yaml")
    }
    told: list[Told] = []
    problems: list[Problem] = []
    for _, (path, shown) in sorted(found.items()):
        story, faults = read(path, shown)
        if story is not None and policy in {None, story.policy}:
            told.append(Told(story, path, Place(shown)))
        if policy in {None, path.stem}:
            problems += faults
    return told, in_order(problems)


def play(told: Sequence[Told], rules: Generate, access: Access) -> Report:
    """Scenarios against what is generated for each. Unavailable or Refused where the database does not play along.

    `access` is a real InfluxDB 1.x; each case is played in a database of its own, and all are dropped at the end.
    """
    results: list[Result] = []
    problems: list[Problem] = []
    used: list[Access] = []
    try:
        for one in told:
            entry, faults = _rule(one, rules(one.story))
            problems += faults
            for case in one.story.cases:
                if entry is None:
                    break
                used.append(replace(access, database=f"scenario_{len(used)}"))
                results += _play(one.story, case, entry, used[-1])
    finally:
        for database in used:
            _drop(database)
    return Report(tuple(results), tuple(in_order(problems)))


def points(story: Story, case: Case) -> Iterator[Point]:
    """A case's series as they would stand in the database."""
    for key, values in case.series.items():
        row = series(key)
        tags = story.tags(key)
        whole = BY_NAME[row.measurement].field(row.field).kind is Kind.INT
        for i, value in enumerate(values):
            if value is not None:
                time = round((case.start + i * case.step).timestamp())
                fields = {row.field: int(value) if whole else value, **row.fields}
                yield Point(row.measurement, tags, fields, time)


def _rule(told: Told, files: Mapping[str, str]) -> tuple[Entry | None, list[Problem]]:
    alerting, problems = read_rules(files)
    found = {
        rule.labels.get("policy", ""): Entry(group, rule) for group in alerting.groups for rule in group.rules
    }
    entry = found.get(told.story.policy)
    if entry is None:
        details = f"known are {', '.join(sorted(found)) or 'none'}"
        problems.append(
            error("scenario/policy", f"no rule is generated for {told.story.policy!r}", details, told.place)
        )
    return entry, problems


def _play(story: Story, case: Case, entry: Entry, access: Access) -> Iterator[Result]:
    influx = Together(access)
    try:
        influx.create_database()
        lines = [lineprotocol.encode(point) for point in points(story, case)]
        for start in range(0, len(lines), BATCH):
            influx.write(lines[start : start + BATCH])
        yield from _evaluate(story, case, entry, influx)
    finally:
        influx.close()


def _drop(access: Access) -> None:
    influx = Influx(access)
    influx.drop_database()
    influx.close()


def _evaluate(story: Story, case: Case, entry: Entry, influx: Together) -> Iterator[Result]:
    """At each interval from the start on; an expectation sees the last evaluation before or at its time."""
    group, rule = entry.group, entry.rule
    waiting = sorted(case.expect, key=lambda expected: case.moment(expected.at))
    source = Database(influx)
    moments = list(_moments(case, group.interval, case.moment(waiting[-1].at)))
    with influx.ahead():
        for now in moments:
            for node in rule.data:
                if not node.is_expression:
                    source.frames(node, now)
    instances: Instances = {}
    for expected in waiting:
        at = case.moment(expected.at)
        while moments and moments[0] <= at:
            now = moments.pop(0)
            results = evaluate(rule, source, now, loaded(instances.values()))
            instances, _ = step(group, rule, instances, results, now)
        yield _compare(story, case, expected, at, entry, instances)


def _moments(case: Case, interval: timedelta, last: datetime) -> Iterator[datetime]:
    """Grafana evaluates on multiples of the interval, put off by the group's phase."""
    past = timedelta(seconds=case.start.timestamp() % interval.total_seconds())
    now = case.start - past + case.phase
    while now <= last:
        if now >= case.start:
            yield now
        now += interval


def _compare(
    story: Story, case: Case, expected: Expectation, at: datetime, entry: Entry, instances: Instances
) -> Result:
    firing = [
        alert(entry, instance, None) for _, instance in sorted(instances.items()) if instance.phase in FIRING
    ]
    got = tuple(Fires(dict(one.labels), one.value, dict(one.annotations)) for one in firing)
    lines = difference.compare(expected.firing, got)
    if lines:
        phases = [f"{difference.show(dict(key))} is {i.phase.value}" for key, i in sorted(instances.items())]
        lines.append(f"instances: {'; '.join(phases) or 'none'}")
    text = "\n".join(f"    {line}" for whole in lines for line in whole.splitlines())
    text = f"  at {local(at):%Y-%m-%d %H:%M:%S}:\n{text}" if lines else ""
    return Result(story.policy, case.name, local(at), expected.firing, got, text)
