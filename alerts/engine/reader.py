"""The generated alerting files, read as Grafana reads them: what it would refuse is a problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.engine import expressions
from alerts.engine.files import AlertingFile, GroupFile, Route
from collector.document import parse_yaml
from collector.problem import in_order

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from alerts.engine.files import Node, RuleFile
    from collector.document import Document, Key
    from collector.problem import Problem


@dataclass(frozen=True)
class Alerting:
    """What a folder of alerting files sets up; `route` is None where it leaves Grafana's own."""

    groups: tuple[GroupFile, ...]
    route: Route | None


def read(files: Mapping[str, str]) -> tuple[Alerting, list[Problem]]:
    """Texts by file name; what is without fault is in the answer, and the problems of the rest beside it."""
    problems: list[Problem] = []
    groups: list[GroupFile] = []
    routes: list[Route] = []
    receivers: set[str] = set()
    uids: set[str] = set()
    wanted: list[Problem] = []
    for name, text in sorted(files.items()):
        found = parse_yaml(text, name, AlertingFile)
        problems += found.problems
        if found.value is None:
            continue
        problems += _faults(found.document, found.value, uids)
        groups += found.value.groups
        receivers |= {point.name for point in found.value.contact_points}
        for i, route in enumerate(found.value.policies):
            routes.append(route)
            fault = f"no contact point is named {route.receiver!r}"
            place = ("policies", i, "receiver")
            wanted.append(found.document.problem("grafana/receiver", place, fault, "name one of these files"))
    problems += [p for p, route in zip(wanted, routes, strict=True) if route.receiver not in receivers]
    return Alerting(tuple(groups), routes[-1] if routes else None), in_order(problems)


def _faults(document: Document, content: AlertingFile, uids: set[str]) -> Iterator[Problem]:
    for i, group in enumerate(content.groups):
        for j, rule in enumerate(group.rules):
            key = ("groups", i, "rules", j)
            if rule.uid in uids:
                yield document.problem(
                    "grafana/uid",
                    (*key, "uid"),
                    f"the uid {rule.uid!r} is taken",
                    "give each rule a uid of its own",
                )
            uids.add(rule.uid)
            yield from _rule_faults(document, key, rule)


def _rule_faults(document: Document, key: Key, rule: RuleFile) -> Iterator[Problem]:
    refs = [node.ref_id for node in rule.data]
    if rule.condition not in refs:
        yield document.problem(
            "grafana/condition",
            (*key, "condition"),
            f"no query or expression is {rule.condition!r}",
            f"write one of {', '.join(refs)}",
        )
    for k, node in enumerate(rule.data):
        if refs.index(node.ref_id) != k:
            yield document.problem(
                "grafana/query",
                (*key, "data", k, "refId"),
                f"{node.ref_id!r} stands twice",
                "write another letter",
            )
        fault = _node_fault(node, refs)
        if fault is not None:
            summary, _, details = fault.partition("; ")
            yield document.problem("grafana/query", (*key, "data", k, "model"), summary, details)


def _node_fault(node: Node, refs: list[str]) -> str | None:
    if node.is_expression:
        return expressions.fault(node.model, refs)
    span = node.relative_time_range
    if span is None or span.since <= span.until:
        return "a query needs a time range; write `relativeTimeRange: {from: 120, to: 0}`"
    if node.model.get("rawQuery") is not True or not isinstance(node.model.get("query"), str):
        return "Grafana would build the query from its visual keys; write `rawQuery: true` and `query`"
    if node.model.get("resultFormat", "time_series") != "time_series":
        return "a rule cannot read a table; write `resultFormat: time_series`"
    return None
