"""The state machine of a rule's instances, as Grafana runs it; pure, time is an argument."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from datetime import datetime  # noqa: TC003 - the state file's reader needs it at run time
from typing import TYPE_CHECKING

from alerts.engine import template
from alerts.engine.evaluate import Result, Verdict
from alerts.engine.frames import Labels, labels  # Labels: as datetime

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from alerts.engine.files import GroupFile, RuleFile


class Phase(enum.Enum):
    NORMAL = "Normal"
    PENDING = "Pending"
    ALERTING = "Alerting"
    RECOVERING = "Recovering"
    NO_DATA = "NoData"
    ERROR = "Error"


FIRING = frozenset({Phase.ALERTING, Phase.RECOVERING})
MISSING = "MissingSeries"
UPDATED = "Updated"
_OWN_PHASE = {Verdict.NO_DATA: Phase.NO_DATA, Verdict.ERROR: Phase.ERROR}  # at once, whatever `for` says


@dataclass(frozen=True)
class Instance:
    """One label set of a rule.

    `since` is when this phase began, `began` when its condition became true, `fired` when it last began to
    fire; `seen` is the last evaluation that had it.
    """

    labels: Labels
    phase: Phase
    since: datetime
    began: datetime
    seen: datetime
    values: tuple[tuple[str, float | None], ...] = ()
    reason: str = ""
    fired: datetime | None = None


@dataclass(frozen=True)
class Change:
    """An instance that entered or left a phase; `before` is Normal for a new one."""

    before: Phase
    instance: Instance

    @property
    def started(self) -> bool:
        return self.instance.phase in FIRING and self.before not in FIRING

    @property
    def ended(self) -> bool:
        return self.before in FIRING and self.instance.phase not in FIRING


Instances = dict[Labels, Instance]


def identity(group: GroupFile, rule: RuleFile, result: Result) -> Labels:
    """The whole label set of an instance: Grafana's own first, then the rule's, then the query's."""
    extra = {
        "alertname": rule.title,
        "grafana_folder": group.folder,
        "__alert_rule_uid__": rule.uid,
    }
    query = dict(result.labels)
    seen = {**query, **extra}
    values = dict(result.values)
    own = {name: template.expand(text, seen, values) for name, text in rule.labels.items()}
    return labels({**query, **own, **extra})


def step(
    group: GroupFile,
    rule: RuleFile,
    before: Mapping[Labels, Instance],
    results: Sequence[Result],
    now: datetime,
) -> tuple[Instances, list[Change]]:
    """One evaluation: the instances after it, and what changed, in the order of labels.

    1. A verdict on the rule as a whole (no data, or an error) touches every instance it has, where its
       setting says to carry on; else it is an instance of its own and the others are missing.
    2. Each result moves its instance.
    3. An instance that is missing stays, until it has been so for too long: then it ends and is forgotten.
    """
    after: Instances = {}
    ended: list[Change] = []
    for key, result in _spread(group, rule, before, results).items():
        after[key] = _move(rule, before.get(key), key, result, now)
    for key, old in before.items():
        if key in after:
            continue
        if _gone(group.interval, rule, old, now):
            ended.append(Change(old.phase, replace(old, phase=Phase.NORMAL, since=now, reason=MISSING)))
        else:
            after[key] = old
    changes = []
    for key, instance in after.items():
        phase = before[key].phase if key in before else Phase.NORMAL
        if phase is not instance.phase:
            changes.append(Change(phase, instance))
    return after, sorted(changes + ended, key=lambda change: change.instance.labels)


def _spread(
    group: GroupFile, rule: RuleFile, before: Mapping[Labels, Instance], results: Sequence[Result]
) -> dict[Labels, Result]:
    """Which result counts for which instance."""
    whole: Result | None = None
    if all(result.verdict is Verdict.NO_DATA for result in results) and rule.no_data_state != "NoData":
        whole = results[0] if results else Result(Verdict.NO_DATA)
    elif results and results[0].verdict is Verdict.ERROR and rule.exec_err_state != "Error":
        whole = results[0]
    if whole is not None and before:
        return {key: replace(whole, labels=()) for key in before}
    return {identity(group, rule, result): result for result in results}


def _move(rule: RuleFile, old: Instance | None, key: Labels, result: Result, now: datetime) -> Instance:
    if old is None:
        old = Instance(key, Phase.NORMAL, now, now, now)
    verdict, reason = _meaning(rule, old, result.verdict)
    phase = _next(rule, old, verdict, now)
    entered = phase is not old.phase
    # A condition that goes on being true keeps its beginning through Pending, Alerting and Recovering.
    carries_on = old.phase is Phase.PENDING or old.phase in FIRING
    return Instance(
        key,
        phase,
        now if entered else old.since,
        old.began if carries_on else now if entered else old.began,
        now,
        result.values or (old.values if result.verdict is Verdict.NO_DATA else ()),
        reason,
        old.fired if old.phase in FIRING else now if phase in FIRING else None,
    )


def _meaning(rule: RuleFile, old: Instance, verdict: Verdict) -> tuple[Verdict, str]:
    """What a verdict of no data or error counts as, and why."""
    setting: str
    if verdict is Verdict.NO_DATA:
        setting, own = rule.no_data_state, "NoData"
    elif verdict is Verdict.ERROR:
        setting, own = rule.exec_err_state, "Error"
    else:
        return verdict, ""
    if setting == own:
        return verdict, own
    if setting == "Alerting":
        return Verdict.ALERTING, own
    if setting == "KeepLast" and old.phase in {Phase.PENDING, Phase.ALERTING}:
        return Verdict.ALERTING, own
    return Verdict.NORMAL, own


def _next(rule: RuleFile, old: Instance, verdict: Verdict, now: datetime) -> Phase:
    lasted = now - old.since
    if verdict in _OWN_PHASE:
        return _OWN_PHASE[verdict]
    if verdict is Verdict.ALERTING:
        at_once = old.phase in FIRING or (not rule.lasting and old.phase is not Phase.PENDING)
        waited = old.phase is Phase.PENDING and lasted >= rule.lasting
        return Phase.ALERTING if at_once or waited else Phase.PENDING
    recovers = old.phase is Phase.ALERTING and rule.keep_firing_for
    if recovers or (old.phase is Phase.RECOVERING and lasted < rule.keep_firing_for):
        return Phase.RECOVERING
    return Phase.NORMAL


def _gone(interval: timedelta, rule: RuleFile, old: Instance, now: datetime) -> bool:
    evaluations = 1 if old.phase in {Phase.ERROR, Phase.NO_DATA} else rule.missing_series_evals_to_resolve
    return now - old.seen >= evaluations * interval
