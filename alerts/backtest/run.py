"""Many rules over one period, a process a core: neither the database nor Python then waits for the other."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from alerts.backtest.ask import Stored
from alerts.backtest.moments import moments
from alerts.backtest.rehoured import Rehoured
from alerts.backtest.replay import replay
from collector.influx import Influx, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from alerts.backtest.ask import Asking
    from alerts.backtest.episode import Episode
    from alerts.backtest.hours import OtherHours
    from alerts.engine.rules import Entry
    from collector.influx import Access

# How long before the period a rule is evaluated at least, so that what fires at its start has its true beginning: a
# night. What lasts longer is said to have begun before.
REACH = timedelta(hours=12)
TIMEOUT = 600.0  # seconds that a single answer may take


@dataclass(frozen=True)
class Period:
    """[start, end), and by how much each evaluation comes after the full interval."""

    start: datetime
    end: datetime
    phase: timedelta = timedelta(0)


@dataclass(frozen=True)
class Task:
    """A rule, and where they were not those by which the points were stored, the hours."""

    entry: Entry
    hours: OtherHours | None = None


@dataclass(frozen=True)
class Outcome:
    """What one rule would have done; `fault` is why it cannot be told."""

    policy: str
    title: str
    severity: str
    audience: str
    episodes: tuple[Episode, ...] = ()
    evaluations: int = 0
    fault: str = ""


def policy_of(entry: Entry) -> str:
    """Its id, of a rule that has none its uid."""
    return entry.rule.labels.get("policy", entry.rule.uid)


def judge(entry: Entry, asking: Asking, period: Period) -> Outcome:
    """Episodes that had not ended when the period began. Unavailable where the database is."""
    rule, interval = entry.rule, entry.group.interval
    labels = rule.labels
    outcome = Outcome(policy_of(entry), rule.title, labels.get("severity", ""), labels.get("audience", ""))
    when = moments(period.start - _before(entry), period.end, interval, period.phase)
    try:
        found = replay(entry, asking, when)
    except (Refused, ValueError) as fault:
        return replace(outcome, fault=str(fault))
    episodes = tuple(e for e in found if e.ended is None or e.ended > period.start)
    inside = moments(period.start, period.end, interval, period.phase).count
    return replace(outcome, episodes=episodes, evaluations=inside)


def run(
    tasks: Sequence[Task],
    access: Access,
    period: Period,
    workers: int,
    progress: Callable[[], None] = lambda: None,
) -> list[Outcome]:
    """In the order of the tasks; `progress` hears of each that is done."""
    found: dict[int, Outcome] = {}
    for number, outcome in _outcomes(tasks, access, period, min(workers, len(tasks))):
        found[number] = outcome
        progress()
    return [found[number] for number in range(len(tasks))]


def _outcomes(
    tasks: Sequence[Task], access: Access, period: Period, workers: int
) -> Iterator[tuple[int, Outcome]]:
    """As they are done."""
    if workers < 2:
        yield from ((number, _alone(task, access, period)) for number, task in enumerate(tasks))
        return
    # Started anew, not forked: threads of whoever calls would not come along, their locks would.
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        given = {pool.submit(_alone, task, access, period): number for number, task in enumerate(tasks)}
        try:
            yield from ((given[done], done.result()) for done in as_completed(given))
        finally:
            pool.shutdown(cancel_futures=True)


def _alone(task: Task, access: Access, period: Period) -> Outcome:
    influx = Influx(access, timeout=TIMEOUT)
    stored = Stored(influx)
    try:
        return judge(task.entry, Rehoured(stored, task.hours) if task.hours else stored, period)
    finally:
        influx.close()


def _before(entry: Entry) -> timedelta:
    """For how long what an instance is depends on what was, at least as far as it never fired before."""
    rule = entry.rule
    spans = [node.relative_time_range.since for node in rule.data if node.relative_time_range is not None]
    settled = rule.lasting + rule.keep_firing_for + timedelta(seconds=max(spans)) + 3 * entry.group.interval
    return max(settled, REACH)
