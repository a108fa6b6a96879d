"""An audit in words and as JSON; times are the province's."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from collector.audit.numbers import Finding, Kind
from collector.clock import at_second, local

if TYPE_CHECKING:
    from datetime import datetime

    from collector.audit.sweep import Audit

_STREAM = 8  # characters that tell two streams of one PC apart


def as_text(audit: Audit) -> str:
    """A line a finding."""
    return "".join(f"{finding.venue}/{finding.pc}: {_words(finding)}\n" for finding in audit.findings)


def summary(audit: Audit) -> str:
    """One line for the end."""
    of: Counter[Kind] = Counter()
    numbers: Counter[Kind] = Counter()
    for finding in audit.findings:
        of[finding.kind] += 1
        numbers[finding.kind] += finding.of
    said = [
        f"{numbers[Kind.GAP]} missing in {of[Kind.GAP]} gaps" if of[Kind.GAP] else "no gap",
        *([f"{numbers[Kind.TWICE]} stored twice"] if of[Kind.TWICE] else []),
        *([f"{of[Kind.TOGETHER]} names that two PCs use"] if of[Kind.TOGETHER] else []),
        *([f"{of[Kind.NEW_STREAM]} agents installed anew"] if of[Kind.NEW_STREAM] else []),
    ]
    period = f"{_moment(audit.begin)} to {_moment(audit.end)}"
    return f"{period}: {audit.pcs} PCs, {audit.messages} messages; {', '.join(said)}"


def as_json(audit: Audit) -> dict[str, Any]:
    return {
        "from": _iso(audit.begin),
        "to": _iso(audit.end),
        "pcs": audit.pcs,
        "messages": audit.messages,
        "clean": audit.is_clean,
        "findings": [
            {
                "kind": f.kind.value,
                "venue": f.venue,
                "pc": f.pc,
                "stream": f.stream,
                **({"first": f.first, "last": f.last, "messages": f.of} if f.first else {}),
                "from": None if f.begin is None else _iso(f.begin),
                "to": _iso(f.end),
                **({"why": f.why.name.lower()} if f.why else {}),
            }
            for f in audit.findings
        ],
    }


def _words(finding: Finding) -> str:
    numbers = f"{finding.first}–{finding.last}" if finding.last > finding.first else f"{finding.first}"
    numbers += f" of stream {finding.stream[:_STREAM]}"
    between = _between(finding)
    match finding.kind:
        case Kind.GAP:
            why = finding.why.value if finding.why else ""
            return f"{finding.of} missing ({numbers}), between {between}; {why}"
        case Kind.TWICE:
            return f"{finding.of} stored at two times ({numbers}), between {between}; two PCs run one agent's copy"
        case Kind.TOGETHER:
            return f"{finding.of} streams at the same time, between {between}; two PCs use one name"
        case Kind.NEW_STREAM:
            return f"stream {finding.stream[:_STREAM]} began, between {between}; the agent was installed anew"


def _between(finding: Finding) -> str:
    if finding.begin is None:
        return f"what is stored and {_moment(finding.end)}"
    begin, end = _local(finding.begin), _local(finding.end)
    until = f"{end:%H:%M:%S}" if begin.date() == end.date() else _moment(finding.end)
    return f"{_moment(finding.begin)} and {until}"


def _moment(epoch: int) -> str:
    return f"{_local(epoch):%Y-%m-%d %H:%M:%S}"


def _iso(epoch: int) -> str:
    return _local(epoch).isoformat()


def _local(epoch: int) -> datetime:
    return local(at_second(epoch))
