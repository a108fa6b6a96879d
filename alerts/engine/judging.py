"""The rules whose time it is, evaluated two at a time: InfluxDB answers a query on one core."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import TYPE_CHECKING

from alerts.engine.evaluate import Database, Result, Verdict, evaluate
from collector.influx import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from alerts.engine.frames import Labels
    from alerts.engine.rules import Entry
    from collector.influx import Influx

AT_ONCE = 2
_NOBODY: Mapping[str, Collection[Labels]] = MappingProxyType({})


class Judge:
    """Results in the order of the rules, whichever answer comes first.

    After an error the database is asked for a sign of life. Without one the rules that are still to come
    have the same error at once: each of them would wait for as long, and the next minute would be missed.
    """

    def __init__(self, influx: Influx, alive: Callable[[], None] = lambda: None) -> None:
        """`alive` is called between two rules: a database that answers slowly is no sign of our death."""
        self._influx = influx
        self._source = Database(influx)
        self._alive = alive

    def results(
        self, due: Sequence[tuple[Entry, datetime]], held: Mapping[str, Collection[Labels]] = _NOBODY
    ) -> Iterator[list[Result]]:
        """`held` are the label sets that a recovery threshold holds on to (state.loaded), by the rule's uid."""
        away = threading.Event()
        with ThreadPoolExecutor(AT_ONCE, "rules") as pool:
            for found in pool.map(lambda one: self._evaluate(one[0], one[1], held, away), due):
                self._alive()
                yield found

    def _evaluate(
        self, entry: Entry, at: datetime, held: Mapping[str, Collection[Labels]], away: threading.Event
    ) -> list[Result]:
        if away.is_set():
            return [Result(Verdict.ERROR, error="the database did not answer the rules before this one")]
        found = evaluate(entry.rule, self._source, at, held.get(entry.rule.uid, ()))
        if any(result.verdict is Verdict.ERROR for result in found):
            try:
                self._influx.version()
            except Unavailable:
                away.set()
        return found
