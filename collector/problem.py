"""What is wrong in something a person wrote, as a value: sorted, and rendered as text or JSON."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


class Severity(enum.IntEnum):
    """Ordered from worst to mildest; the value is the sort key."""

    ERROR = 0
    WARNING = 1
    INFO = 2


@dataclass(frozen=True, order=True)
class Place:
    """Where in a file: line and column count from 1; `source` is the line's text, to be shown."""

    path: str
    line: int = 1
    column: int = 1
    source: str = field(default="", compare=False)
    width: int = field(default=1, compare=False)

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Problem:
    """One fault: `summary` says what is wrong, `details` what to write instead."""

    check: str
    severity: Severity
    summary: str
    details: str
    place: Place


def error(check: str, summary: str, details: str, place: Place) -> Problem:
    return Problem(check, Severity.ERROR, summary, details, place)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Sorted by path, line and column, without repeats."""
    return sorted(set(problems), key=lambda p: (p.place, p.severity, p.check, p.summary))


def as_text(problems: Iterable[Problem]) -> str:
    """A paragraph a problem: what, where, the line with its marks, and the way out."""
    return "\n".join(_paragraph(problem) for problem in in_order(problems))


def as_json(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    return [
        {
            "check": p.check,
            "severity": p.severity.name.lower(),
            "summary": p.summary,
            "details": p.details,
            "path": p.place.path,
            "line": p.place.line,
            "column": p.place.column,
        }
        for p in in_order(problems)
    ]


def _paragraph(problem: Problem) -> str:
    place = problem.place
    lines = [f"{problem.severity.name.lower()}: {problem.summary} ({problem.check})", f"  --> {place}"]
    if place.source:
        gutter = f"{place.line:>5} | "
        # A tab keeps its width under the marks.
        before = "".join("\t" if c == "\t" else " " for c in place.source[: place.column - 1])
        lines += [gutter + place.source, " " * (len(gutter) - 2) + "| " + before + "^" * max(1, place.width)]
    if problem.details:
        lines.append(f"  = {problem.details}")
    return "\n".join(lines) + "\n"
