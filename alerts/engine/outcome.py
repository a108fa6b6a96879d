"""What a query or an expression comes to: labelled series, or labelled numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeGuard

from alerts.engine.frames import Frame, Labels


class Number(NamedTuple):
    """One labelled number; None is null. A tuple, since a backtest makes millions of them."""

    labels: Labels
    value: float | None


# An empty one is what Grafana calls no data. It keeps "no data" and "no result" apart, but nothing that reads
# them does.
Outcome = Sequence[Frame] | Sequence[Number]


def is_series(outcome: Outcome) -> TypeGuard[Sequence[Frame]]:
    """Whether there is something, and it is series; a set is of one kind."""
    return bool(outcome) and isinstance(outcome[0], Frame)


def is_numbers(outcome: Outcome) -> TypeGuard[Sequence[Number]]:
    return bool(outcome) and isinstance(outcome[0], Number)
