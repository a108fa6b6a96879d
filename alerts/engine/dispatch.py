"""Firing and ended alerts gathered into notifications, at the times that the notification policy sets; pure."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - a dataclass's types are read at run time
from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 - the state file's reader needs it at run time
from typing import TYPE_CHECKING

from alerts.engine.frames import Labels  # noqa: TC001 - likewise
from alerts.engine.intervals import MuteTime  # noqa: TC001 - likewise
from alerts.engine.routes import ALL, Branch

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Alert:
    """One instance as people hear of it. `ended` is None while it fires; `reason` says why it ended."""

    title: str
    labels: Labels
    annotations: Labels
    value: float | None
    began: datetime
    fired: datetime
    ended: datetime | None = None
    reason: str = ""

    def label(self, name: str) -> str:
        return dict(self.labels).get(name, "")

    def annotation(self, name: str) -> str:
        return dict(self.annotations).get(name, "")


@dataclass(frozen=True)
class Notification:
    """What one message says: all that fires in a group, and what has ended since the last message.

    `receiver` is the contact point that it goes to.
    """

    group: Labels
    firing: tuple[Alert, ...]
    resolved: tuple[Alert, ...]
    receiver: str = ""


@dataclass
class Group:
    """An open group of a route: when it may speak next, and what it has to say.

    `said` are the keys of those that the last message told as firing and that have not ended since.
    """

    route: str
    due: datetime
    told: datetime | None = None
    said: dict[str, None] = field(default_factory=dict)
    firing: dict[str, Alert] = field(default_factory=dict)
    resolved: dict[str, Alert] = field(default_factory=dict)


@dataclass(frozen=True)
class Policy:
    """The notification policy: the root of its routes, and its times by name."""

    root: Branch
    times: Mapping[str, MuteTime] = field(default_factory=dict)

    def muted(self, branch: Branch, now: datetime) -> bool:
        """A time that mutes it holds, or it has times at which it is active and none of them holds."""
        if any(self._holds(name, now) for name in branch.mute):
            return True
        return bool(branch.active) and not any(self._holds(name, now) for name in branch.active)

    def _holds(self, name: str, now: datetime) -> bool:
        return name in self.times and self.times[name].contains(now)


class Dispatcher:
    """As Alertmanager does: the first notice of a group `group_wait` after its first alert, changes each
    `group_interval`, the same again when `repeat_interval` is over, at one of these moments.

    A muted group keeps silent at such a moment and speaks at the first one after the mute, where it still
    fires; what ends meanwhile is not told.

    More is told than by Alertmanager in two cases: an alert that ends before its first notice, and one that
    ended and fires again between two notices. Each has outlasted its `for`, and so is a violation.
    """

    def __init__(self, policy: Policy | None = None, groups: dict[str, Group] | None = None) -> None:
        """Without a policy nobody is told, and nothing is gathered."""
        self.groups = {} if groups is None else groups
        self._take(policy)

    def adopt(self, policy: Policy | None, now: datetime) -> None:
        """Another policy: what is gathered moves to the groups that it would be in now."""
        self._take(policy)
        for key, group in sorted(self.groups.items()):
            for alert in [*group.firing.values(), *group.resolved.values()]:
                if not any(key == self._key(branch, alert) for branch in self._routes(alert)):
                    self._leave(key, alert)
                    (self.start if alert.ended is None else self.end)(alert, now)

    def start(self, alert: Alert, now: datetime) -> None:
        """An alert began to fire, or goes on firing: a known one is only brought up to date."""
        name = _text(alert.labels)
        for group in self._groups_of(alert, now):
            group.firing[name] = alert
            group.resolved.pop(name, None)

    def end(self, alert: Alert, now: datetime) -> None:
        name = _text(alert.labels)
        for group in self._groups_of(alert, now):
            group.firing.pop(name, None)
            group.said.pop(name, None)
            group.resolved[name] = alert

    def due(self, now: datetime) -> list[Notification]:
        """What is to be said now; the caller keeps it until it is delivered."""
        found = []
        for key, group in sorted(self.groups.items()):
            branch = self._branches.get(group.route)
            if branch is None or self._policy is None or now < group.due:
                continue
            group.due = now + branch.group_interval
            if self._policy.muted(branch, now):
                group.resolved.clear()
            elif _owes(group, branch, now):
                found.append(_say(group, branch, now))
            if not group.firing:
                del self.groups[key]
        return found

    def _take(self, policy: Policy | None) -> None:
        self._policy = policy
        self._branches = {} if policy is None else {branch.key: branch for branch in policy.root.all()}

    def _routes(self, alert: Alert) -> list[Branch]:
        return [] if self._policy is None else self._policy.root.taken(dict(alert.labels))

    def _groups_of(self, alert: Alert, now: datetime) -> Iterable[Group]:
        for branch in self._routes(alert):
            key = self._key(branch, alert)
            if key not in self.groups:
                # One that has fired for long, under a policy that is new, has waited enough.
                due = max(now, min(now, alert.fired) + branch.group_wait)
                self.groups[key] = Group(branch.key, due)
            yield self.groups[key]

    def _leave(self, key: str, alert: Alert) -> None:
        group, name = self.groups[key], _text(alert.labels)
        for kept in (group.firing, group.resolved, group.said):
            kept.pop(name, None)
        if not group.firing and not group.resolved:
            del self.groups[key]

    def _key(self, branch: Branch, alert: Alert) -> str:
        return f"{branch.key}:{_text(_common(branch, alert))}"


def _owes(group: Group, branch: Branch, now: datetime) -> bool:
    if group.resolved or any(name not in group.said for name in group.firing):
        return True
    return bool(group.firing) and group.told is not None and now - group.told >= branch.repeat_interval


def _say(group: Group, branch: Branch, now: datetime) -> Notification:
    firing = tuple(alert for _, alert in sorted(group.firing.items()))
    resolved = tuple(alert for _, alert in sorted(group.resolved.items()))
    group.said = dict.fromkeys(sorted(group.firing))
    group.resolved.clear()
    group.told = now
    return Notification(_common(branch, (firing + resolved)[0]), firing, resolved, branch.receiver)


def _common(branch: Branch, alert: Alert) -> Labels:
    """The labels that make the group; one that the alert has not is none of them."""
    everything = ALL in branch.group_by
    return tuple((n, v) for n, v in alert.labels if v and (everything or n in branch.group_by))


def _text(labels: Labels) -> str:
    return "\n".join(f"{name}={value}" for name, value in labels)
