"""The state machine of a rule's instances, as Grafana runs it; pure, time is an argument."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from alerts.engine.evaluate import Result, Verdict
from alerts.engine.frames import Labels
from alerts.engine.identity import identities

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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
RESEND = timedelta(seconds=30)  # how often Grafana tells the Alertmanager that an alert goes on
# Enum members are looked up slowly, and this is done for each instance of a backtest.
_NORMAL, _PENDING, _ALERTING, _RECOVERING = Phase.NORMAL, Phase.PENDING, Phase.ALERTING, Phase.RECOVERING
_IS_NORMAL, _IS_ALERTING = Verdict.NORMAL, Verdict.ALERTING
_OWN_PHASE = {Verdict.NO_DATA: Phase.NO_DATA, Verdict.ERROR: Phase.ERROR}  # at once, whatever `for` says


@dataclass(slots=True)
class Instance:
    """One label set of a rule. Nobody changes one; it is not frozen since that makes each six times as dear.

    `since` is when this phase began, `began` when its condition became true, `fired` when it last began to
    fire; `seen` is the last evaluation that had it. `query` are the labels that the query gave it, `apart`
    those of values that have others.
    """

    labels: Labels
    phase: Phase
    since: datetime
    began: datetime
    seen: datetime
    values: tuple[tuple[str, float | None], ...] = ()
    reason: str = ""
    fired: datetime | None = None
    query: Labels = ()
    apart: tuple[tuple[str, Labels], ...] = ()


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


def loaded(instances: Iterable[Instance]) -> frozenset[Labels]:
    """The query's label sets that a recovery threshold holds on to; given to the next `evaluate`."""
    return frozenset(i.query for i in instances if i.phase in {_PENDING, _ALERTING} and not i.reason)


def ends(interval: timedelta, instance: Instance) -> datetime:
    """When Alertmanager takes the alert for ended if it hears no more of it (EndsAt)."""
    return instance.seen + 4 * max(interval, RESEND)


def told(instance: Instance) -> dict[str, float]:
    """The values of a notice: -1 for each that was known before there was no data, or an error."""
    unknown = instance.phase in _OWN_PHASE.values() or instance.reason.startswith(("NoData", "Error"))
    nan = float("nan")
    return {ref: -1.0 if unknown else nan if value is None else value for ref, value in instance.values}


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
    changes: list[Change] = []
    met = 0
    whole = _whole(rule, results) if before else None
    pairs = (
        zip(identities(group, rule, results), results, strict=True)
        if whole is None
        else ((key, whole) for key in before)
    )
    for key, result in pairs:
        old = before.get(key)
        after[key] = new = _move(rule, old, key, result, now, whole=whole is not None)
        if old is None:
            if new.phase is not _NORMAL:
                changes.append(Change(_NORMAL, new))
            continue
        met += 1
        if new.phase is not old.phase:
            changes.append(Change(old.phase, new))
    if met < len(before):
        for key, old in before.items():
            if key not in after:
                if _gone(group.interval, rule, old, now):
                    ended = replace(old, phase=_NORMAL, since=now, reason=MISSING)
                    changes.append(Change(old.phase, ended))
                else:
                    after[key] = old
    changes.sort(key=lambda change: change.instance.labels)
    return after, changes


def _whole(rule: RuleFile, results: Sequence[Result]) -> Result | None:
    """The one result that counts for every instance there is, if it does."""
    if rule.no_data_state != "NoData" and all(result.verdict is Verdict.NO_DATA for result in results):
        return results[0] if results else Result(Verdict.NO_DATA)
    if results and rule.exec_err_state != "Error" and all(r.verdict is Verdict.ERROR for r in results):
        return results[0]
    return None


def _move(
    rule: RuleFile, old: Instance | None, key: Labels, result: Result, now: datetime, *, whole: bool
) -> Instance:
    verdict, query, values, _, apart = result
    reason = ""
    if old is None:
        old = Instance(key, _NORMAL, now, now, now, (), "", None, query)
    was = old.phase
    if verdict is _IS_NORMAL:
        phase = _left(rule, old, now)
    elif verdict is _IS_ALERTING:
        phase = _entered(rule, old, now)
    else:
        phase, reason = _without_numbers(rule, old, verdict, now)
        if whole:  # what templates saw last still stands
            query, values, apart = old.query, old.values, old.apart
    fired = was is _ALERTING or was is _RECOVERING
    fires = phase is _ALERTING or phase is _RECOVERING
    entered = phase is not was
    return Instance(
        key,
        phase,
        now if entered else old.since,
        # A condition that goes on being true keeps its beginning through Pending, Alerting and Recovering.
        now if entered and not fired and was is not _PENDING else old.began,
        now,
        values,
        reason,
        old.fired if fired else now if fires else None,
        query,
        apart,
    )


def _entered(rule: RuleFile, old: Instance, now: datetime) -> Phase:
    """The phase after a true result."""
    was = old.phase
    if was is _ALERTING or was is _RECOVERING:
        return _ALERTING
    if was is _PENDING:
        return _ALERTING if now - old.since >= rule.lasting else _PENDING
    return _PENDING if rule.lasting else _ALERTING


def _left(rule: RuleFile, old: Instance, now: datetime) -> Phase:
    """The phase after a false result."""
    if old.phase is _ALERTING:
        return _RECOVERING if rule.keep_firing_for else _NORMAL
    if old.phase is _RECOVERING and now - old.since < rule.keep_firing_for:
        return _RECOVERING
    return _NORMAL


def _without_numbers(rule: RuleFile, old: Instance, verdict: Verdict, now: datetime) -> tuple[Phase, str]:
    """The phase after no data or an error, and why: the setting says what it counts as."""
    own = _OWN_PHASE[verdict]
    setting: str = rule.no_data_state if verdict is Verdict.NO_DATA else rule.exec_err_state
    if setting == own.value:
        return own, ""
    if setting == "Alerting":
        return _entered(rule, old, now), own.value
    if setting != "KeepLast":
        return _left(rule, old, now), own.value
    last = _entered(rule, old, now) if old.phase in {_PENDING, _ALERTING} else _left(rule, old, now)
    return last, f"{own.value}, KeepLast"


def _gone(interval: timedelta, rule: RuleFile, old: Instance, now: datetime) -> bool:
    evaluations = 1 if old.phase in {Phase.ERROR, Phase.NO_DATA} else rule.missing_series_evals_to_resolve
    return now - old.seen >= evaluations * interval
