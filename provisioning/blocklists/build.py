"""Build the compiled list: read each source, judge it, keep the last good copy, compile, write."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from collector.agent.blocklist.layout import DamagedError, Header
from collector.agent.blocklist.lookup import read_header
from collector.lineprotocol import Point
from collector.problem import Place, Problem, Severity, error, in_order
from provisioning import files
from provisioning.blocklists.compile import Compiled, compile_
from provisioning.blocklists.formats import named
from provisioning.blocklists.guard import judge
from provisioning.blocklists.reading import Reading, UnreadableError, read
from provisioning.blocklists.source import Listed, Source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SOURCES = ".sources"  # folder beside the compiled list: the last good copy of each source
STATE = ".state.json"  # file beside it: what became of each source


@dataclass(frozen=True)
class Row:
    """One source after a build: what of it is in force; `refused`: its newest file is not, for `reason`."""

    source: str
    version: str
    domains: int
    refused: bool
    reason: str


@dataclass(frozen=True)
class Taken:
    """A source with what is in force of it, and what can be said against its newest file."""

    source: Source
    reading: Reading
    reason: str
    problems: tuple[Problem, ...]

    @property
    def listed(self) -> Listed:
        group = self.source.group(self.reading.version)
        names, exceptions = self.reading.names, self.reading.exceptions
        return (
            Listed(group, set(), names | exceptions)
            if self.source.allow
            else Listed(group, names, exceptions)
        )

    @property
    def row(self) -> Row:
        reading = self.reading
        version = self.source.group(reading.version).version
        domains = len(reading.exceptions | reading.names) if self.source.allow else len(reading.names)
        return Row(self.source.id, version, domains, bool(self.reason), self.reason)


@dataclass(frozen=True)
class Report:
    """What a build did; `compiled` is None where nothing could be compiled and the old list stands."""

    taken: tuple[Taken, ...]
    compiled: Compiled | None
    problems: tuple[Problem, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(taken.row for taken in self.taken)


def build(sources: Sequence[Source], out: Path, version: str = "") -> Report:
    """Compile what is good of the sources into `out`; what is refused leaves its last good copy in force."""
    before = _before(out)
    taken = tuple(_take(source, out, before.get(source.id)) for source in sources)
    problems = [problem for item in taken for problem in item.problems]
    compiled = None
    if any(item.reading.names or item.reading.exceptions for item in taken):
        compiled = compile_([item.listed for item in taken], version)
        problems += _contradictions(compiled, taken)
        _write(out, b"".join(compiled.pieces))
    else:
        place = Place(str(out))
        problems.append(error("blocklist/empty", "no source is good: the old list stands", "", place))
    report = Report(taken, compiled, tuple(in_order(problems)))
    state = [asdict(row) for row in report.rows]
    _write(_beside(out, STATE), (json.dumps(state, ensure_ascii=False, indent=1) + "\n").encode())
    return report


def points(report: Report, at: int) -> list[Point]:
    """The measurement `blocklist` at a moment in epoch seconds."""
    return [
        Point(
            "blocklist",
            {"source": row.source},
            {
                "version": row.version[:64],
                "domains": row.domains,
                "refused": int(row.refused),
                "reason": row.reason[:64],
            },
            at,
        )
        for row in report.rows
    ]


def read_state(out: Path) -> tuple[Row, ...]:
    """What the last build of a list said of its sources. OSError where there was none."""
    return tuple(Row(**row) for row in json.loads(_beside(out, STATE).read_text("utf-8")))


def as_json(report: Report) -> dict[str, Any]:
    """The report's numbers; names only as examples of what was refused."""
    compiled = report.compiled
    refused = Counter[str]()
    for item in report.taken:
        refused.update(item.reading.refused.counts)
    return {
        "version": compiled.header.version if compiled else None,
        "size": compiled.size if compiled else 0,
        "domains": sum(compiled.header.domains) if compiled else 0,
        "exceptions": compiled.header.exceptions if compiled else 0,
        "repeats": sum(map(_repeats, report.taken)) + (compiled.repeats if compiled else 0),
        "freed": compiled.freed if compiled else 0,
        "covered": compiled.covered if compiled else 0,
        "refused": dict(sorted(refused.items())),
        "sources": [_source_json(item) for item in report.taken],
    }


def _source_json(item: Taken) -> dict[str, Any]:
    reading, group = item.reading, item.listed.group
    return {
        **asdict(group),
        "format": reading.format,
        "entries": reading.entries,
        "claimed": reading.claimed,
        "domains": len(reading.names),
        "exceptions": len(reading.exceptions),
        "repeats": _repeats(item),
        "refused": dict(sorted(reading.refused.counts.items())),
        "examples": [
            {"reason": reason, "line": example.line, "text": example.text}
            for reason, examples in sorted(reading.refused.examples.items())
            for example in examples
        ],
        "reason": item.reason,
    }


def _repeats(item: Taken) -> int:
    """Entries that the source has more than once, in whatever spelling."""
    reading = item.reading
    return reading.entries - reading.refused.total - len(reading.names) - len(reading.exceptions)


def _take(source: Source, out: Path, before: int | None) -> Taken:
    kept = _beside(out, SOURCES) / source.id
    known = kept.exists()
    try:
        reading = read(source.path, named(source.format) if source.format else None)
    except UnreadableError as fault:
        if source.own and fault.reason == "empty":
            return Taken(source, Reading("domains"), "", ())
        place = Place(str(source.path))
        problem = error(f"blocklist/{fault.reason}", f"{source.id}: {fault}", fault.remedy, place)
        return _fall_back(source, kept, fault.reason, (problem,))
    except OSError as fault:
        place = Place(str(source.path))
        summary = f"{source.id}: cannot be read: {fault.strerror}"
        return _fall_back(source, kept, "missing", (error("blocklist/missing", summary, "fetch it", place),))
    if source.own:
        return Taken(source, reading, "", _refused_lines(source, reading))
    verdict = judge(reading, str(source.path), before if known else None)
    problems = tuple(replace(p, summary=f"{source.id}: {p.summary}") for p in verdict.problems)
    if verdict.reason:
        return _fall_back(source, kept, verdict.reason, problems)
    _write(kept, source.path.read_bytes())
    return Taken(source, reading, "", problems)


def _fall_back(source: Source, kept: Path, reason: str, problems: tuple[Problem, ...]) -> Taken:
    """The source as it was when it was last good; nothing of it where it never was."""
    try:
        reading = read(kept, named(source.format) if source.format else None)
    except (OSError, UnreadableError):
        reading = Reading(source.format)
    return Taken(source, reading, reason, problems)


def _refused_lines(source: Source, reading: Reading) -> tuple[Problem, ...]:
    """In the site's own lists every line was meant."""
    return tuple(
        error(
            "blocklist/entry",
            f"{example.text!r} cannot be listed: {reason}",
            "write one domain a line, for example danh-bac.example",
            Place(str(source.path), example.line),
        )
        for reason, examples in reading.refused.examples.items()
        for example in examples
    )


def _contradictions(compiled: Compiled, taken: Sequence[Taken]) -> list[Problem]:
    """Names of the authority that an exception frees: one of the two is not meant."""
    if not compiled.contradictions:
        return []
    path = next((str(item.source.path) for item in taken if item.source.allow), str(taken[0].source.path))
    shown = ", ".join(compiled.contradictions[:3])
    count = len(compiled.contradictions)
    summary = f"{count} names of the authority are freed by an exception: {shown}{' …' if count > 3 else ''}"
    remedy = "take the exception out, or the names"
    return [Problem("blocklist/contradiction", Severity.WARNING, summary, remedy, Place(path))]


def _before(out: Path) -> dict[str, int]:
    """How many names each source of the list in force had."""
    header = header_of(out)
    if header is None:
        return {}
    return {group.source: count for group, count in zip(header.groups, header.read, strict=True)}


def header_of(path: Path) -> Header | None:
    """What a compiled list says of itself; None where there is none to read."""
    try:
        with path.open("rb") as file:
            return read_header(file)[0]
    except (OSError, DamagedError):
        return None


def _beside(out: Path, suffix: str) -> Path:
    return out.with_name(out.name + suffix)


def _write(path: Path, content: bytes) -> None:
    """Only where something changes, so that a second run touches nothing."""
    if not path.exists() or path.read_bytes() != content:
        files.write(path, content, files.PUBLIC)
