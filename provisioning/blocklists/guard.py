"""Whether a list may replace the one before it: its own count, and how much it has shrunk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector.problem import Place, Problem, Severity

if TYPE_CHECKING:
    from provisioning.blocklists.reading import Reading

SHORT = 0.01  # share of the claimed entries that may be missing: generators count differently
SHRUNK_WARN, SHRUNK_REFUSE = 0.20, 0.60  # a healthy list once lost a quarter in three months


@dataclass(frozen=True)
class Verdict:
    """`reason` is empty where the list is taken; warnings then stand in `problems`."""

    problems: tuple[Problem, ...]
    reason: str = ""


def judge(reading: Reading, path: str, before: int | None) -> Verdict:
    """`before` is how many names the source had when it was last taken."""
    steps = (_is_empty(reading, path), _against_claim(reading, path), _against_before(reading, path, before))
    problems = tuple(problem for step in steps for problem in step.problems)
    return Verdict(problems, next((step.reason for step in steps if step.reason), ""))


def _is_empty(reading: Reading, path: str) -> Verdict:
    if reading.names or reading.exceptions:
        return Verdict(())
    summary = f"none of its {reading.entries} entries is a name that can be listed"
    return _refuse("empty", summary, "see which reasons are counted; name the format", Place(path))


def _against_claim(reading: Reading, path: str) -> Verdict:
    if reading.claimed is None or reading.entries == reading.claimed:
        return Verdict(())
    place = Place(path, reading.claimed_line)
    missing = reading.claimed - reading.entries
    summary = f"{reading.entries} entries where the list itself counts {reading.claimed}"
    if missing > reading.claimed * SHORT or (missing > 0 and not reading.ends):
        return _refuse("truncated", summary, "fetch it again: it is cut short", place)
    if abs(missing) > reading.claimed * SHORT or missing > 0:
        return Verdict((_warning(summary, "see whether its author counts otherwise", place),))
    return Verdict(())


def _against_before(reading: Reading, path: str, before: int | None) -> Verdict:
    now = len(reading.names)
    if not before or now >= before * (1 - SHRUNK_WARN):
        return Verdict(())
    summary = f"{now} names where it had {before}: {100 * (before - now) / before:.0f} % less"
    if now < before * (1 - SHRUNK_REFUSE):
        remedy = "if this is meant, remove the source's kept copy and build again"
        return _refuse("shrunk", summary, remedy, Place(path))
    return Verdict((_warning(summary, "see what its author has removed", Place(path)),))


def _refuse(reason: str, summary: str, details: str, place: Place) -> Verdict:
    return Verdict((Problem(f"blocklist/{reason}", Severity.ERROR, summary, details, place),), reason)


def _warning(summary: str, details: str, place: Place) -> Problem:
    return Problem("blocklist/count", Severity.WARNING, summary, details, place)
