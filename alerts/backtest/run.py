"""Many rules over one period, a process a core: neither the database nor Python then waits for the other."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from alerts.backtest.moments import moments
from alerts.backtest.replay import replay
from collector.influx import Influx, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from alerts.backtest.episode import Episode
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
class Outcome:
    """What one rule would have done; `fault` is why it cannot be told."""

    policy: str
    title: str
    severity: str
    audience: str
    episodes: tuple[Episode, ...] = ()
    evaluations: int = 0
    fault: str = ""


def judge(entry: Entry, influx: Influx, period: Period) -> Outcome:
    """Episodes that had not ended when the period began. Unavailable where the database is."""
    rule, interval = entry.rule, entry.group.interval
    labels = rule.labels
    outcome = Outcome(
        labels.get("policy", rule.uid), rule.title, labels.get("severity", ""), labels.get("audience", "")
    )
    when = moments(period.start - _before(entry), period.end, interval, period.phase)
    try:
        found = replay(entry, influx, when)
    except (Refused, ValueError) as fault:
        return replace(outcome, fault=str(fault))
    episodes = tuple(e for e in found if e.ended is None or e.ended > period.start)
    inside = moments(period.start, period.end, interval, period.phase).count
    return replace(outcome, episodes=episodes, evaluations=inside)


def run(
    entries: Sequence[Entry],
    access: Access,
    period: Period,
    workers: int,
    progress: Callable[[], None] = lambda: None,
) -> list[Outcome]:
    """In the order of the entries; `progress` hears of each rule that is done."""
    found: dict[int, Outcome] = {}
    for number, outcome in _outcomes(entries, access, period, min(workers, len(entries))):
        found[number] = outcome
        progress()
    return [found[number] for number in range(len(entries))]


def _outcomes(
    entries: Sequence[Entry], access: Access, period: Period, workers: int
) -> Iterator[tuple[int, Outcome]]:
    """As they are done."""
    if workers < 2:
        yield from ((number, _alone(entry, access, period)) for number, entry in enumerate(entries))
        return
    # Started anew, not forked: threads of whoever calls would not come along, their locks would.
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        tasks = {pool.submit(_alone, entry, access, period): number for number, entry in enumerate(entries)}
        try:
            yield from ((tasks[task], task.result()) for task in as_completed(tasks))
        finally:
            pool.shutdown(cancel_futures=True)


def _alone(entry: Entry, access: Access, period: Period) -> Outcome:
    influx = Influx(access, timeout=TIMEOUT)
    try:
        return judge(entry, influx, period)
    finally:
        influx.close()


def _before(entry: Entry) -> timedelta:
    """For how long what an instance is depends on what was, at least as far as it never fired before."""
    rule = entry.rule
    spans = [node.relative_time_range.since for node in rule.data if node.relative_time_range is not None]
    settled = rule.lasting + rule.keep_firing_for + timedelta(seconds=max(spans)) + 3 * entry.group.interval
    return max(settled, REACH)
