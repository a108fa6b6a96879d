"""The generated alerting files, read as Grafana reads them: what it would refuse is a problem."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alerts.engine import expressions
from alerts.engine.dispatch import Policy
from alerts.engine.files import AlertingFile, GroupFile
from alerts.engine.policies import faults as policy_faults
from alerts.engine.routes import tree
from collector.document import parse_yaml
from collector.problem import in_order

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from alerts.engine.contacts import Receiver
    from alerts.engine.files import Node, RuleFile
    from collector.document import Document, Key
    from collector.problem import Problem


@dataclass(frozen=True)
class Alerting:
    """What a folder of alerting files sets up; `policy` is None where it leaves Grafana's own.

    `contacts` are the ways out of each contact point; two of one name are one.
    """

    groups: tuple[GroupFile, ...]
    policy: Policy | None
    contacts: Mapping[str, tuple[Receiver, ...]] = field(default_factory=dict)


def read(files: Mapping[str, str]) -> tuple[Alerting, list[Problem]]:
    """Texts by file name; what is without fault is in the answer, and the problems of the rest beside it."""
    problems: list[Problem] = []
    found: list[tuple[Document, AlertingFile]] = []
    uids: set[str] = set()
    for name, text in sorted(files.items()):
        parsed = parse_yaml(text, name, AlertingFile)
        problems += parsed.problems
        if parsed.value is not None:
            found.append((parsed.document, parsed.value))
            problems += _faults(parsed.document, parsed.value, uids)
    problems += policy_faults(found)
    return _together([content for _, content in found]), in_order(problems)


def _together(contents: list[AlertingFile]) -> Alerting:
    contacts: dict[str, tuple[Receiver, ...]] = {}
    for point in (point for content in contents for point in content.contact_points):
        contacts[point.name] = contacts.get(point.name, ()) + point.receivers
    roots = [root for content in contents for root in content.policies]
    times = {time.name: time for content in contents for time in content.mute_times}
    groups = tuple(group for content in contents for group in content.groups)
    return Alerting(groups, Policy(tree(roots[-1]), times) if roots else None, contacts)


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
