"""The rules that are in force: read from the folder of generated files, and again when those change."""

from __future__ import annotations

import logging
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.engine import template
from alerts.engine.dispatch import Alert
from alerts.engine.frames import labels
from alerts.engine.identity import seen
from alerts.engine.reader import SUFFIXES, Alerting, read
from collector.problem import in_order

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from alerts.engine.files import GroupFile, RuleFile
    from alerts.engine.state import Instance

log = logging.getLogger(__name__)

_FROM = re.compile(r'FROM "([^"]+)"')


@dataclass(frozen=True)
class Entry:
    """A rule in its group."""

    group: GroupFile
    rule: RuleFile


def measurements(entry: Entry | None) -> set[str]:
    """What a rule's queries read."""
    queries = [] if entry is None else [str(node.model.get("query", "")) for node in entry.rule.data]
    return {name for query in queries for name in _FROM.findall(query)}


def alert(entry: Entry | None, instance: Instance, ended: datetime | None) -> Alert:
    """An instance as people hear of it; without an entry where its rule is gone since a restart."""
    known = dict(instance.labels)
    annotations = {} if entry is None else _annotations(entry, instance)
    return Alert(
        known.get("alertname", ""),
        instance.labels,
        labels(annotations),
        compared(entry, instance),
        instance.began,
        instance.fired or instance.since,
        ended,
        instance.reason if ended is not None else "",
    )


def _annotations(entry: Entry, instance: Instance) -> dict[str, str]:
    """What a template sees are the query's labels and Grafana's own, never the rule's.

    An instance from before a restart may not know which are the query's: then it sees all.
    """
    query = instance.query
    visible = seen(entry.group, entry.rule, query) if query else dict(instance.labels)
    values = dict(instance.values)
    apart = {ref: dict(other) for ref, other in instance.apart}
    written = entry.rule.annotations.items()
    return {name: template.expand(words, visible, values, apart) for name, words in written}


def compared(entry: Entry | None, instance: Instance) -> float | None:
    """The number that the condition judged, as far as it is one that can be stored."""
    values = dict(instance.values)
    if entry is None:
        return None
    condition = next(node for node in entry.rule.data if node.ref_id == entry.rule.condition)
    value = values.get(str(condition.model.get("expression")), values.get(condition.ref_id))
    return value if value is not None and math.isfinite(value) else None


class RuleFolder:
    """`changed` gives what the folder holds when that is new; a faulty folder leaves the last good one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamp: tuple[tuple[str, int, int], ...] | None = None

    def changed(self) -> Alerting | None:
        try:
            there = self._folder.iterdir() if self._folder.is_dir() else ()
            paths = sorted(path for path in there if path.suffix in SUFFIXES)
            stamp = tuple((p.name, p.stat().st_mtime_ns, p.stat().st_size) for p in paths)
            if stamp == self._stamp:
                return None
            files = {path.name: path.read_text("utf-8") for path in paths}
        except (OSError, ValueError) as fault:  # being replaced this moment, or not ours to read
            log.warning("the alert rules cannot be read: %s", fault)
            return None
        self._stamp = stamp
        alerting, problems = read(files)
        if problems:
            for problem in in_order(problems):
                log.error(
                    "the alert rules are not used: %s", problem.summary, extra={"source": str(problem.place)}
                )
            return None
        if not files:
            log.warning("there are no alert rules in %s; write them with `quannet provision`", self._folder)
        return alerting
