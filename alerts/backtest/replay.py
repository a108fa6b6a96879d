"""A rule evaluated at past moments, one after the other, by the engine that evaluates it live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.backtest.episode import Recorder
from alerts.backtest.past import USUAL, Past
from alerts.engine.evaluate import evaluate
from alerts.engine.state import Phase, loaded, step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alerts.backtest.ask import Asking
    from alerts.backtest.episode import Episode
    from alerts.backtest.moments import Moments
    from alerts.backtest.past import Sizes
    from alerts.engine.rules import Entry
    from alerts.engine.state import Change, Instances

# What becomes of a rule without data that has no instance but normal ones: nothing.
_QUIET = {"OK", "KeepLast"}


def replay(entry: Entry, asking: Asking, moments: Moments) -> list[Episode]:
    """ValueError where a query is none of a policy; Unavailable or Refused where the database fails."""
    recorder = Recorder(entry, moments.at(0))
    instances: Instances = {}
    for number, found, changes in evaluations(entry, asking, moments):
        instances = found
        recorder.take(changes, moments.at(number))
    return recorder.episodes(instances.values())


def evaluations(
    entry: Entry, asking: Asking, moments: Moments, sizes: Sizes = USUAL
) -> Iterator[tuple[int, Instances, Sequence[Change]]]:
    """Number, instances afterwards and changes of each evaluation.

    Left out are those that cannot change anything: no data, which counts as normal, and nobody who is not normal.
    """
    past = Past(entry.rule, asking, moments, sizes)
    instances: Instances = {}
    while block := past.load():
        for number in block:
            if not past.speaks(number) and entry.rule.no_data_state in _QUIET and _calm(instances):
                instances = {}
                continue
            now = moments.at(number)
            results = evaluate(entry.rule, past, now, loaded(instances.values()))
            instances, changes = step(entry.group, entry.rule, instances, results, now)
            yield number, instances, changes


def _calm(instances: Instances) -> bool:
    return all(instance.phase is Phase.NORMAL for instance in instances.values())
