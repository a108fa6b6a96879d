"""One firing of a rule for one subject, as a backtest finds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.engine.rules import compared
from alerts.engine.state import FIRING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from alerts.engine.frames import Labels
    from alerts.engine.rules import Entry
    from alerts.engine.state import Change, Instance

# Labels of a rule that speaks of no subject: they name a series, or a data source that has none.
_NOBODY = {"__name__", "datasource_uid", "ref_id"}


@dataclass(frozen=True)
class Episode:
    """`began`: its condition was true from then on (`open`: as far back as was looked, or longer); `fired`: it was a
    violation from then until `ended`, None where it still was at the end of the period.

    `subject` are the query's labels. `value` is the number that was compared when it fired.
    """

    policy: str
    severity: str
    subject: Labels
    began: datetime
    fired: datetime
    ended: datetime | None
    reason: str = ""
    value: float | None = None
    open: bool = False

    def label(self, name: str) -> str:
        return dict(self.subject).get(name, "")


class Recorder:
    """Episodes out of the changes of a rule's instances, in the order of time."""

    def __init__(self, entry: Entry, earliest: datetime) -> None:
        """`earliest`: the first evaluation; what is true then may have been so for longer."""
        self._entry = entry
        self._earliest = earliest
        self._firing: dict[Labels, float | None] = {}
        self._ended: list[Episode] = []

    def take(self, changes: Iterable[Change], now: datetime) -> None:
        for change in changes:
            labels = change.instance.labels
            if change.started:
                self._firing[labels] = compared(self._entry, change.instance)
            elif change.ended:
                self._ended.append(self._episode(change.instance, now))
                del self._firing[labels]

    def episodes(self, instances: Iterable[Instance]) -> list[Episode]:
        """All of them, those that still fire included, in order."""
        firing = [self._episode(instance, None) for instance in instances if instance.phase in FIRING]
        return sorted(self._ended + firing, key=lambda e: (e.fired, e.subject))

    def _episode(self, instance: Instance, ended: datetime | None) -> Episode:
        rule = self._entry.rule
        assert instance.fired is not None
        return Episode(
            rule.labels.get("policy", rule.uid),
            rule.labels.get("severity", ""),
            tuple(pair for pair in instance.query if pair[0] not in _NOBODY),
            instance.began,
            instance.fired,
            ended,
            instance.reason if ended is not None else "",
            self._firing[instance.labels],
            instance.began <= self._earliest,
        )
