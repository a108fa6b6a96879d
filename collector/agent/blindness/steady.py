"""Keeps a verdict from flickering: a reason is said after it held long enough, and for one sample longer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from collector.agent.blindness.judges import REASONS

if TYPE_CHECKING:
    from collector.agent.blindness.evidence import Blindness


@dataclass
class Steady:
    """`count` is how many samples on end showed a reason; `said` are those that hold now."""

    _count: dict[str, int] = field(default_factory=dict)
    _said: dict[str, Blindness] = field(default_factory=dict)
    _missing: set[str] = field(default_factory=set)

    def take(self, seen: tuple[Blindness, ...]) -> tuple[Blindness, ...]:
        """The reasons to be said after this sample, in the order of REASONS.

        A reason of two samples ends after two without it: a connection between two lookups may be closed.
        """
        now = {verdict.reason: verdict for verdict in seen}
        self._count = {reason: self._count.get(reason, 0) + 1 for reason in now}
        for reason, needed in REASONS.items():
            if reason in now:
                self._missing.discard(reason)
                if reason in self._said or self._count[reason] >= needed:
                    self._said[reason] = now[reason]
            elif reason in self._said:
                if needed == 1 or reason in self._missing:
                    del self._said[reason]
                    self._missing.discard(reason)
                else:
                    self._missing.add(reason)
        return tuple(self._said[reason] for reason in REASONS if reason in self._said)
