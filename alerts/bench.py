"""What a check looks at beside the policy itself: what the site decides, its other policies, its places, its files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from collector.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from alerts.policy import Policy
    from alerts.rule import AlertContext

_ROOT = Path(__file__).parents[1]
DOCS = (
    (_ROOT / "docs",) if (_ROOT / "docs").is_dir() else ()
)  # none where quannet is installed without its pages
SCENARIOS = (Path(__file__).parent / "scenarios",)


@dataclass(frozen=True)
class Bench:
    """`places`: code to the days on which it names one, [from, to); None where there is no registry to ask.

    `docs` are folders with pages of policies/<id>.md, `scenarios` folders of <id>.yaml of which the last one counts.
    """

    context: AlertContext
    policies: tuple[Policy, ...]
    today: date
    places: Mapping[str, tuple[tuple[date, date | None], ...]] | None = None
    docs: tuple[Path, ...] = DOCS
    scenarios: tuple[Path, ...] = SCENARIOS


def softer(problem: Problem, severity: Severity) -> Problem:
    return replace(problem, severity=severity)


def told(problem: Problem) -> Problem:
    """Not wrong, but good to know."""
    return softer(problem, Severity.INFO)


def doubted(problem: Problem) -> Problem:
    """Hardly meant."""
    return softer(problem, Severity.WARNING)


def overlap(one: tuple[date, date | None], two: tuple[date, date | None]) -> bool:
    """Whether two stretches [from, to) share a day; None is without end."""
    return (two[1] is None or one[0] < two[1]) and (one[1] is None or two[0] < one[1])
