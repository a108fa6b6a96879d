"""Firing and ended alerts gathered into notifications, at the times that the notification policy sets; pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 - the state file's reader needs it at run time
from typing import TYPE_CHECKING

from alerts.engine.frames import Labels  # noqa: TC001 - likewise

if TYPE_CHECKING:
    from alerts.engine.files import Route


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
    """What one message says: all that fires in a group, and what has ended since the last message."""

    group: Labels
    firing: tuple[Alert, ...]
    resolved: tuple[Alert, ...]


@dataclass
class Group:
    """An open group: when it may speak next, and what it has to say. Pairs, so that JSON holds it."""

    due: datetime
    told: datetime | None = None
    changed: bool = True
    firing: dict[str, Alert] = field(default_factory=dict)
    resolved: dict[str, Alert] = field(default_factory=dict)


class Dispatcher:
    """First notice `group_wait` after the first alert, changes each `group_interval`, repeats as set.

    An alert that ends before its first notice is told all the same (Alertmanager would not): it has
    outlasted its `for`, and so is a violation.
    """

    def __init__(self, route: Route, groups: dict[str, Group] | None = None) -> None:
        self.route = route
        self.groups = {} if groups is None else groups

    def start(self, alert: Alert, now: datetime) -> None:
        """An alert began to fire, or goes on firing: a known one is only brought up to date."""
        group = self.groups.setdefault(self._key(alert), Group(now + self.route.group_wait))
        key = _text(alert.labels)
        group.changed = group.changed or key not in group.firing
        group.firing[key] = alert
        group.resolved.pop(key, None)

    def end(self, alert: Alert, now: datetime) -> None:
        group = self.groups.setdefault(self._key(alert), Group(now + self.route.group_wait))
        key = _text(alert.labels)
        group.firing.pop(key, None)
        group.resolved[key] = alert
        group.changed = True

    def due(self, now: datetime) -> list[Notification]:
        """What is to be said now; the caller keeps it until it is delivered."""
        found = []
        for key, group in sorted(self.groups.items()):
            if now < group.due:
                continue
            repeat = group.told is not None and now - group.told >= self.route.repeat_interval
            if group.changed or (group.firing and repeat):
                found.append(self._say(group, now))
            group.due = now + self.route.group_interval
            if not group.firing:
                del self.groups[key]
        return found

    def _say(self, group: Group, now: datetime) -> Notification:
        firing = tuple(alert for _, alert in sorted(group.firing.items()))
        resolved = tuple(alert for _, alert in sorted(group.resolved.items()))
        group.resolved.clear()
        group.changed = False
        group.told = now
        return Notification(self._labels((firing + resolved)[0]), firing, resolved)

    def _labels(self, alert: Alert) -> Labels:
        if "..." in self.route.group_by:
            return alert.labels
        return tuple((name, alert.label(name)) for name in sorted(self.route.group_by))

    def _key(self, alert: Alert) -> str:
        return _text(self._labels(alert))


def _text(labels: Labels) -> str:
    return "\n".join(f"{name}={value}" for name, value in labels)
