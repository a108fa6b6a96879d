"""A policy before it is written: few choices, from which its file and its page are made."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from alerts.flags import Aggregate, Subject

# `state` = dark|silent, or `minutes` >= 1: name, sign, and what stands behind it.
Where = tuple[str, str, str]

_BOUNDS = {">=": "least", "<=": "most", ">": "above", "<": "below"}


@dataclass(frozen=True)
class Draft:
    """Texts come in pairs, Vietnamese and English; `aggregate` None is a watch for absence."""

    id: str
    title: tuple[str, str]
    says: tuple[str, str]
    measurement: str
    field: str
    by: Subject
    aggregate: Aggregate | None
    least: float
    over: str
    lasting: str
    since: date
    basis: tuple[str, str]
    confidence: str
    misses: tuple[str, str]
    until: date | None = None
    binds: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    hours: str = ""
    each: tuple[str, ...] = ()
    where: tuple[Where, ...] = ()
    severity: str = "info"
    audience: str = "inspector"


def policy_text(draft: Draft) -> str:
    """The policy's file."""
    threshold = "absent: true" if draft.aggregate is None else f"{draft.aggregate}: {draft.least:g}"
    until = f", to: {draft.until}" if draft.until else ""
    lines = [
        f"id: {draft.id}",
        *_pair("title", draft.title),
        *_pair("says", draft.says),
        f"binds: [{', '.join(draft.binds)}]" if draft.binds else "",
        f"places: [{', '.join(map(_quoted, draft.places))}]" if draft.places else "",
        f"in_force: {{from: {draft.since}{until}}}",
        _hours(draft.hours),
        f"flags: {_flags(draft)}",
        f"threshold: {{{threshold}, over: {draft.over}, for: {draft.lasting}}}",
        f"severity: {draft.severity}",
        "" if draft.audience == "inspector" else f"audience: {draft.audience}",
        *_pair("basis", draft.basis),
        f"  confidence: {draft.confidence}",
        *_pair("misses", draft.misses),
        f"runbook: docs/policies/{draft.id}.md",
    ]
    return "".join(f"{line}\n" for line in lines if line)


def page_text(draft: Draft) -> str:
    """Its page, to be filled in by whoever knows what is to be done."""
    fires = "no point came" if draft.aggregate is None else f"{_counted(draft)} reached {draft.least:g}"
    lasting = "" if draft.lasting == "0s" else f", and it went on so for {draft.lasting}"
    instance = "One instance" if draft.by == "server" and not draft.each else f"One instance a {draft.by}"
    each = f" and {', '.join(draft.each)}" if draft.each else ""
    law = "" if draft.confidence == "supervision" else f" Confidence: {draft.confidence}."
    return (
        f"# {draft.id}\n\n{draft.title[1]}.\n\n"
        f"**Fires** when {fires} within {draft.over}{lasting}. {instance}{each}.\n\n"
        f"**Law.** {draft.basis[1]}.{law}\n\n"
        "## What to do\n\n"
        "1. Open the board at the time of the notice, and note what it shows.\n"
        "2. Ask whoever is responsible: what happened, and since when.\n"
        "3. Look on site before you conclude anything: the figures are a lead, no record of an offence.\n\n"
        f"## What it cannot see\n\n{draft.misses[1][:1].upper()}{draft.misses[1][1:]}.\n"
    )


def _counted(draft: Draft) -> str:
    where = " and ".join(f"`{name}` {sign} {text.replace('|', ' or ')}" for name, sign, text in draft.where)
    of = f" (where {where})" if where else ""
    return f"the {draft.aggregate} of `{draft.field}` of `{draft.measurement}`{of}"


def _flags(draft: Draft) -> str:
    parts = [f"measurement: {draft.measurement}", f"field: {draft.field}", f"by: {draft.by}"]
    if draft.each:
        parts.append(f"each: [{', '.join(draft.each)}]")
    if draft.where:
        conditions: dict[str, list[str]] = {}
        for name, sign, text in draft.where:
            conditions.setdefault(name, []).append(text if sign == "=" else f"{_BOUNDS[sign]}: {text}")
        bounds = {name for name, sign, _ in draft.where if sign != "="}
        found = (f"{name}: {_condition(texts, bounds=name in bounds)}" for name, texts in conditions.items())
        parts.append(f"where: {{{', '.join(found)}}}")
    return f"{{{', '.join(parts)}}}"


def _condition(texts: list[str], *, bounds: bool) -> str:
    if bounds:
        return f"{{{', '.join(texts)}}}"
    words = [_quoted(word) for text in texts for word in text.split("|")]
    return words[0] if len(words) == 1 else f"[{', '.join(words)}]"


def _hours(text: str) -> str:
    if not text:
        return ""
    return f"hours: {text}" if text in {"province", "own"} else f"hours: {{closed: {_quoted(text)}}}"


def _pair(key: str, texts: tuple[str, str]) -> tuple[str, ...]:
    return f"{key}:", f"  vi: {_quoted(texts[0])}", f"  en: {_quoted(texts[1])}"


def _quoted(text: str) -> str:
    """JSON's string form is one of YAML's."""
    return json.dumps(text, ensure_ascii=False)
