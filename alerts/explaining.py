"""An explanation in words of a language, in lines of a width: a label before each paragraph."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from alerts import daytime, duration
from alerts.compile import span
from alerts.flags import Bounds, Listed
from alerts.policy import ClosedHours
from alerts.table import width as cells
from collector.clock import local
from collector.schema import BY_NAME
from collector.texts import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from alerts.daytime import Window
    from alerts.explanation import Asked, Explanation
    from alerts.flags import Condition, Flags


def as_text(found: Explanation, width: int = 80) -> str:
    language = found.context.language
    title = f"{found.policy.id} – {found.policy.title.say(language)}"
    lines = [*textwrap.wrap(title, width), ""]
    rows = [(text(f"explain.label.{label}", language), words) for label, words in _rows(found) if words]
    indent = max(cells(label) for label, _ in rows) + 2
    for label, words in rows:
        wrapped = textwrap.wrap(words, width - indent, break_long_words=False, break_on_hyphens=False)
        lines.append(label + " " * (indent - cells(label)) + wrapped[0])
        lines += [" " * indent + line for line in wrapped[1:]]
    return "\n".join(lines) + "\n"


def _rows(found: Explanation) -> Iterator[tuple[str, str]]:
    policy, language = found.policy, found.context.language
    yield "binds", _binds(found, language)
    yield "force", _force(found, language)
    if found.asked is not None:
        yield "venue", _venue(found, found.asked, language)
    yield "hours", _hours(found, language)
    yield "counts", _counts(found, language)
    yield "fires", _fires(found, language)
    yield "severity", _severity(found, language)
    yield "basis", policy.basis.say(language)
    yield "example", _example(found, language)
    yield "misses", policy.misses.say(language)
    if found.rule is not None:
        yield "query", found.rule.query
        if found.rule.meanwhile is not None:
            yield "query", found.rule.meanwhile[0].text
    yield "runbook", policy.runbook


def _binds(found: Explanation, language: str) -> str:
    policy, day = found.policy, _day(found.day, language)
    if policy.flags.by == "server":
        return text("explain.binds.server", language)
    only = text("explain.binds.only", language, places=", ".join(policy.places)) if policy.places else ""
    if policy.flags.by == "place":
        return text("explain.binds.places", language, count=found.places, day=day) + only
    classes = ", ".join(text(f"explain.class.{klass}", language) for klass in policy.binds)
    count = sum(found.bound.values())
    return text("explain.binds.venues", language, classes=classes, count=count, day=day) + only


def _force(found: Explanation, language: str) -> str:
    period = found.policy.in_force
    since = _day(period.valid_from, language)
    if period.valid_to is None:
        words = text("explain.force.since", language, since=since)
    else:
        words = text("explain.force.until", language, since=since, until=_day(period.valid_to, language))
    holds = period.valid_from <= found.day and (period.valid_to is None or found.day < period.valid_to)
    return words if holds else words + text("explain.force.not", language, day=_day(found.day, language))


def _venue(found: Explanation, asked: Asked, language: str) -> str:
    place, klass = ("", "") if asked.span is None else (asked.span.place, asked.span.klass)
    return text(
        f"explain.venue.{asked.why}",
        language,
        venue=asked.venue.id,
        name=asked.venue.name,
        klass=klass,
        place=place,
        day=_day(found.day, language),
        pcs=len(asked.venue.pcs),
    )


def _hours(found: Explanation, language: str) -> str:
    """Of the venue that day, else where the policy takes them from; nothing where they do not matter."""
    day = _day(found.day, language)
    asked, hours = found.asked, found.policy.hours
    if asked is not None and asked.span is not None:
        if asked.hours is None:
            return text("explain.hours.none", language, day=day)
        windows = _windows(asked.hours.windows)
        return text("explain.hours.known", language, day=day, open=windows, policy=asked.hours.policy)
    if isinstance(hours, ClosedHours):
        return text("explain.hours.policy", language, open=_windows(hours.open))
    return text(f"explain.hours.{hours}", language) if hours is not None else ""


def _counts(found: Explanation, language: str) -> str:
    policy = found.policy
    words = _flags(policy.flags, language)
    meanwhile = policy.meanwhile
    if meanwhile is None:
        return words
    where = _where(meanwhile, language)
    return (
        words
        + text(
            "explain.counts.while",
            language,
            aggregate=text(f"explain.aggregate.{meanwhile.aggregate}", language),
            field=meanwhile.field,
            measurement=meanwhile.measurement,
            least=f"{meanwhile.least:g}",
        )
        + (text("explain.counts.where", language, where=where) if where else "")
    )


def _flags(flags: Flags, language: str) -> str:
    subject = ", ".join((text(f"explain.subject.{flags.by}", language), *flags.each))
    words = text(
        "explain.counts.plain", language, field=flags.field, measurement=flags.measurement, subject=subject
    )
    where = _where(flags, language)
    return words + (text("explain.counts.where", language, where=where) if where else "")


def _where(flags: Flags, language: str) -> str:
    joined = text("explain.counts.and", language)
    return joined.join(_condition(name, found, language) for name, found in flags.where.items())


def _condition(name: str, condition: Condition, language: str) -> str:
    if isinstance(condition, Bounds):
        joined = text("explain.counts.and", language)
        return joined.join(f"{name} {_SIGNS[sign]} {value:g}" for sign, value in condition.given)
    if isinstance(condition, Listed):
        return text("explain.counts.listed", language, name=name, list=condition.site)
    either = (condition,) if isinstance(condition, str) else condition
    return f"{name} = {text('explain.counts.or', language).join(either)}"


_SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<"}


def _fires(found: Explanation, language: str) -> str:
    threshold, lasting = found.policy.threshold, found.context.lasting(found.policy)
    if found.rule is None:
        return text("explain.fires.none", language)
    words = text(
        f"explain.fires.{'absent' if threshold.absent else 'reaches'}{'' if lasting else '_once'}",
        language,
        aggregate=text(f"explain.aggregate.{threshold.aggregate}", language),
        over=span(threshold.over, language),
        lasting=span(lasting, language),
        least=f"{threshold.least:,.10g}",
        unit=_unit(found),
    )
    if threshold.keep_firing:
        words += text("explain.fires.keep", language, keep=span(threshold.keep_firing, language))
    every = span(duration.parse(found.context.every), language)
    return words + text("explain.fires.late", language, every=every)


def _unit(found: Explanation) -> str:
    flags = found.policy.flags
    if found.policy.threshold.aggregate == "count":
        return ""
    unit = BY_NAME[flags.measurement].field(flags.field).unit
    return f" {unit}" if unit and unit != "0/1" else ""


def _severity(found: Explanation, language: str) -> str:
    policy, context = found.policy, found.context
    confidence = "here" if policy.id in context.confirmed else policy.basis.confidence
    lowered = context.severity(policy) != policy.severity
    words = text(
        f"explain.severity.{'info' if lowered else 'own'}",
        language,
        severity=policy.severity,
        confidence=text(f"explain.confidence.{confidence}", language),
        audience=text(f"explain.audience.{policy.audience}", language),
    )
    waits = policy.told == "in-office-hours" or context.severity(policy) == "info"
    return words + (text("explain.severity.office", language) if waits else "")


def _example(found: Explanation, language: str) -> str:
    example = found.example
    if example is None:
        return ""
    key = "absent" if found.policy.threshold.absent else "points" if example.closing is None else "hours"
    moments = {name: _clock(at, example.begin) for name, at in vars(example).items() if at is not None}
    return text(f"explain.example.{key}", language, **{"ends": "–", **moments})


def _clock(moment: datetime, begin: datetime) -> str:
    """With the day where it is another one."""
    here, start = local(moment), local(begin)
    words = f"{here:%H:%M}" if not here.second else f"{here:%H:%M:%S}"
    days = (here.date() - start.date()).days
    return words if not days else f"{words} (+{days})"


def _windows(windows: Sequence[Window]) -> str:
    return ", ".join(f"{daytime.show(opens)}–{daytime.show(closes)}" for opens, closes in windows)


def _day(day: date, language: str) -> str:
    return str(day) if language == "en" else f"{day:%d/%m/%Y}"
