"""Policy files to policies: every fault of every file at once, with its place."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alerts.policy import Policy
from collector.document import read_yaml
from collector.problem import Place, Problem, error, in_order

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from collector.document import Document

BUILTIN = Path(__file__).parent / "policies"

TITLE_BYTES = 190  # Grafana counts bytes, and a Vietnamese letter costs two or three


def load(folder: Path, shown: str) -> tuple[tuple[Policy, ...], list[Problem]]:
    """The policies of a folder that are without fault, by id; `shown` is the folder as messages give it."""
    if not folder.is_dir():
        return (), [error("policy/folder", "is no folder", "write policies as <id>.yaml in it", Place(shown))]
    policies: list[Policy] = []
    problems: list[Problem] = []
    for path in sorted(folder.iterdir()):
        name = f"{shown}/{path.name}"
        if path.suffix != ".yaml":
            if path.suffix == ".yml":
                problems.append(error("policy/file", "is not read", f"name it {path.stem}.yaml", Place(name)))
            continue
        read = read_yaml(path, name, Policy)
        problems += read.problems
        if isinstance(read.document.data, dict):
            said = {problem.place for problem in read.problems}
            problems += [p for p in _problems(read.document, path.stem) if p.place not in said]
        if read.value is not None:
            policies.append(read.value.read_from(read.document))
    problems += clashes(policies)
    faulty = {problem.place.path for problem in problems}
    good = [policy for policy in policies if policy.origin.path not in faulty]
    return tuple(sorted(good, key=lambda policy: policy.id)), in_order(problems)


def clashes(policies: Sequence[Policy]) -> list[Problem]:
    """What no policy may share with another one, wherever each was read from."""
    return [problem for one, two in combinations(policies, 2) for problem in _clash(one, two)]


def _problems(document: Document, stem: str) -> Iterator[Problem]:
    """What its model cannot say, of a file that need not be without other faults."""
    given = document.data.get("id")
    if isinstance(given, str) and given != stem:
        yield document.problem(
            "policy/id",
            ("id",),
            f"the id {given!r} is not the file's name",
            f"write `id: {stem}` or name the file {given}.yaml",
        )
    yield from _period_problems(document)
    yield from _title_problems(document)
    yield from _class_problems(document)


def _period_problems(document: Document) -> Iterator[Problem]:
    period = _mapping(document, "in_force")
    start, end = period.get("from"), period.get("to")
    if isinstance(start, date) and isinstance(end, date) and end <= start:
        yield document.problem(
            "policy/in-force",
            ("in_force", "to"),
            f"it ends on {end}, but begins on {start}",
            "`to` is the first day on which it holds no more",
        )


def _title_problems(document: Document) -> Iterator[Problem]:
    title = _mapping(document, "title")
    for language in ("vi", "en"):
        size = len(str(title.get(language, "")).encode())
        if size > TITLE_BYTES:
            yield document.problem(
                "policy/title",
                ("title", language),
                f"the title has {size} bytes; Grafana takes {TITLE_BYTES}",
                "shorten it; a Vietnamese letter costs two or three bytes",
            )


def _class_problems(document: Document) -> Iterator[Problem]:
    by, binds = _mapping(document, "flags").get("by", "pc"), document.data.get("binds", [])
    if by in {"pc", "venue"} and binds == []:
        yield document.problem(
            "policy/binds",
            ("binds" if "binds" in document.data else "id",),
            f"it speaks of each {by}, but does not say of which classes",
            "write `binds: [game]` or more of game, agent, isp, hospitality",
        )
    if isinstance(binds, list) and len(set(map(str, binds))) != len(binds):
        yield document.problem("policy/binds", ("binds",), "a class stands twice", "name each class once")


def _mapping(document: Document, key: str) -> dict[str, Any]:
    found = document.data.get(key)
    return found if isinstance(found, dict) else {}


def _clash(one: Policy, two: Policy) -> Iterator[Problem]:
    """Told at the second one."""
    first = f"{one.origin.path}:{one.place('id').line}"
    if one.id == two.id:
        yield two.problem(
            "policy/id",
            ("id",),
            f"the id {two.id!r} is taken by {first}",
            "give each policy an id of its own",
        )
        return
    for language in ("vi", "en"):
        if one.title.say(language) == two.title.say(language):
            yield two.problem(
                "policy/title",
                ("title", language),
                f"the title is that of {first}; Grafana takes a title once in a folder",
                "say what sets this policy apart",
            )
    shared = sorted(set(one.binds) & set(two.binds))
    if shared and one.hours is not None and two.hours is not None and _overlap(one, two):
        yield two.problem(
            "policy/hours",
            ("binds",),
            f"{', '.join(shared)} has its hours from {first} on the same days",
            "a class has one policy of hours a day; end the older one with `in_force: {to: …}`",
        )


def _overlap(one: Policy, two: Policy) -> bool:
    a, b = one.in_force, two.in_force
    return (b.valid_to is None or a.valid_from < b.valid_to) and (
        a.valid_to is None or b.valid_from < a.valid_to
    )
