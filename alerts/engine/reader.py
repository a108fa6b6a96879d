"""The generated alerting files, read as Grafana reads them: what it would refuse, or lose in silence, is a problem."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alerts.engine import contactfaults, namefaults, policies, rulefaults
from alerts.engine.dispatch import Policy
from alerts.engine.files import AlertingFile, GroupFile
from alerts.engine.routes import tree
from collector.document import parse_yaml
from collector.problem import in_order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alerts.engine.contacts import Receiver
    from collector.document import Document
    from collector.problem import Problem

SUFFIXES = (".yaml", ".yml", ".json")  # of the files that Grafana reads


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
    found, problems = parse(files)
    return _together([content for _, content in found]), problems


def parse(files: Mapping[str, str]) -> tuple[list[tuple[Document, AlertingFile]], list[Problem]]:
    """The same, file by file."""
    problems: list[Problem] = []
    found: list[tuple[Document, AlertingFile]] = []
    documents: list[Document] = []
    for name, text in sorted(files.items()):
        parsed = parse_yaml(text, name, AlertingFile)
        documents.append(parsed.document)
        problems += parsed.problems
        said = {problem.place for problem in parsed.problems}
        problems += [p for p in rulefaults.dollar_faults(parsed.document) if p.place not in said]
        if parsed.value is not None:
            found.append((parsed.document, parsed.value))
    problems += rulefaults.faults(found)
    problems += contactfaults.faults(found)
    problems += policies.faults(found, documents)
    problems += namefaults.faults(found, documents)
    return found, in_order(problems)


def _together(contents: list[AlertingFile]) -> Alerting:
    contacts: dict[str, tuple[Receiver, ...]] = {}
    for point in (point for content in contents for point in content.contact_points):
        contacts[point.name] = contacts.get(point.name, ()) + point.receivers
    roots = [root for content in contents for root in content.policies]
    times = {time.name: time for content in contents for time in content.mute_times}
    groups = tuple(group for content in contents for group in content.groups)
    return Alerting(groups, Policy(tree(roots[-1]), times) if roots else None, contacts)
