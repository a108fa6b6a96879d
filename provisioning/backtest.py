"""What a backtest of a site asks: its generated rules, and those that other policies would have given it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import alerts.grafana
import alerts.load
from alerts.backtest.hours import OtherHours
from alerts.backtest.question import parse
from alerts.backtest.rehoured import touched
from alerts.backtest.run import Task, policy_of
from alerts.compile import compile_all
from alerts.engine.reader import read
from alerts.engine.rules import Entry
from provisioning.roster import roster
from provisioning.targets.grafana import alert_context

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from alerts.policy import Policy
    from collector.problem import Problem
    from provisioning.site import Site

# Decided by the hours of the day, too, but nothing is kept of what it was decided from.
_SETTLED = ("late", "coverage", "venue", "register")


@dataclass(frozen=True)
class Other:
    """The same site under other policies; `notes` say what of it cannot be told."""

    tasks: tuple[Task, ...]
    notes: tuple[str, ...]


def entries(files: Mapping[str, str]) -> tuple[Entry, ...]:
    """The rules of generated alerting files. ValueError where they are not what `provision` writes."""
    alerting, problems = read(files)
    if problems:
        raise ValueError(
            f"{problems[0].place}: {problems[0].summary}; write the files anew with `quannet provision`"
        )
    return tuple(
        Entry(group, rule) for group in alerting.groups for rule in group.rules if not rule.is_paused
    )


def of_site(site: Site) -> tuple[Entry, ...]:
    context = alert_context(site)
    return entries(alerts.grafana.render(compile_all(site.policies, context), context))


def with_policies(site: Site, folder: Path) -> tuple[Site, list[Problem]]:
    """The site with a folder's policies in place of those of the same ids, or beside them."""
    own, problems = alerts.load.load(folder, str(folder))
    merged: dict[str, Policy] = {policy.id: policy for policy in (*site.policies, *own)}
    policies = tuple(merged[name] for name in sorted(merged))
    return replace(site, policies=policies), problems + ([] if problems else alerts.load.clashes(policies))


def other(site: Site, changed: Site) -> Other:
    """Its rules, and the hours by which would have been decided where they are others."""
    hours = OtherHours(roster(site), roster(changed))
    found = of_site(changed)
    notes = []
    if not hours.venues:
        return Other(tuple(Task(entry) for entry in found), _overridden(site, changed))
    settled = sorted({policy_of(entry) for entry in found if _reads(entry, _SETTLED)})
    notes.append(
        f"{len(hours.venues)} venues would have had other hours: what was after hours is decided anew"
    )
    if settled:
        notes.append(
            f"as they were under the hours in force, since nothing else is kept: {', '.join(settled)}"
        )
    tasks = tuple(Task(entry, hours if _touched(entry) else None) for entry in found)
    return Other(tasks, (*notes, *_overridden(site, changed)))


def same(one: Task, two: Task) -> bool:
    """Whether two rules would do the same: their words make no difference."""
    return one.hours == two.hours and _judged(one.entry) == _judged(two.entry)


def _judged(entry: Entry) -> tuple[object, ...]:
    rule = entry.rule
    return (
        entry.group.interval,
        rule.uid,
        rule.condition,
        rule.data,
        rule.no_data_state,
        rule.exec_err_state,
        rule.lasting,
        rule.keep_firing_for,
        rule.missing_series_evals_to_resolve,
        rule.labels,
    )


def _overridden(site: Site, changed: Site) -> tuple[str, ...]:
    old = {policy.id: policy for policy in site.policies}
    names = [
        policy.id
        for policy in changed.policies
        if policy.id in site.settings.alerting.lasting and policy != old.get(policy.id)
    ]
    return tuple(
        f"site.yaml says how long {name} must last, and that stands: see alerting.for" for name in names
    )


def _touched(entry: Entry) -> bool:
    return any(touched(parse(query)) for query in _queries(entry))


def _reads(entry: Entry, measurements: Sequence[str]) -> bool:
    return any(parse(query).measurement in measurements for query in _queries(entry))


def _queries(entry: Entry) -> list[str]:
    return [str(node.model["query"]) for node in entry.rule.data if not node.is_expression]
