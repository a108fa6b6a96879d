"""A policy as one alert rule with an instance for each PC; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.policy import Beside, Rule
from collector import influxql
from collector.texts import text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from alerts.policy import AlertContext, Policy

PC = "{{ $labels.pc }}"
VENUE = "{{ $labels.venue }}"
VALUE = "{{ $values.B }}"

LATE = "late"  # the measurement of what came too late for the rules that read its own time

# Fields for which the catalogue has a sentence of their own; the others share one.
_SPOKEN = {
    ("games", "after_hours"),
    ("session", "after_hours"),
    ("sites", "accesses"),
    ("sites", "lookups"),
    (LATE, "after_hours"),
    (LATE, "accesses"),
}


def compile_policy(policy: Policy, context: AlertContext) -> Rule:
    flags, threshold = policy.flags, policy.threshold
    classes = tuple(sorted(policy.binds))
    return Rule(
        uid=policy.rule_uid,
        title=policy.title.say(context.language),
        query=influxql.sum_per_pc(flags.measurement, flags.field, classes, flags.where),
        datasource_uid=context.datasource_uid,
        over=threshold.over,
        least=threshold.least,
        lasting=context.lasting(policy),
        labels={"policy": policy.id, "severity": policy.severity},
        annotations=dict(_annotations(policy, context)),
        beside=_happened(flags.field, classes) if flags.measurement == LATE else (),
    )


def literal(words: str) -> str:
    """A person's words inside an annotation: no template to Grafana, and no variable of its newest reader."""
    return words.replace("{{", '{{ "{{" }}').replace("${", '{{ "$" }}{')


def _happened(field: str, classes: tuple[str, ...]) -> tuple[Beside, ...]:
    """When the first and the last of it happened: the rule's own time is that of the arrival."""
    return (
        Beside("D", "E", influxql.happened_per_pc("min", field, classes), "min"),
        Beside("F", "G", influxql.happened_per_pc("max", field, classes), "max"),
    )


def moment(ref: str, language: str) -> str:
    """A template for a value that `happened_per_pc` gave, in the words of the mails.

    Grafana knows one spelling of a moment and no time zone but UTC: the query has added the province's, and
    the pattern puts the digits in order.
    """
    order = text("alerts.rule.moment", language, year="$1", month="$2", day="$3", time="$4")
    call = f'reReplaceAll "^(....)-(..)-(..) (..:..).*$" "{order}" (humanizeTimestamp $values.{ref}.Value)'
    return "{{ " + call + " }}"


def _when(language: str) -> str:
    """Nothing where Grafana has no values: a call on none would leave the whole text as a template."""
    words = text("alerts.rule.happened", language, first=moment("E", language), last=moment("G", language))
    return "{{ if $values.E }}" + words + "{{ end }}"


def _annotations(policy: Policy, context: AlertContext) -> Iterator[tuple[str, str]]:
    """No link to a board: Grafana's carries the time but no venue, and would open another venue's page."""
    language, flags = context.language, policy.flags
    title = literal(policy.title.say(language))
    yield "summary", text("alerts.rule.summary", language, title=title, venue=VENUE, pc=PC)
    key = f"{flags.measurement}_{flags.field}" if (flags.measurement, flags.field) in _SPOKEN else "other"
    yield (
        "description",
        text(
            f"alerts.rule.description.{key}",
            language,
            venue=VENUE,
            pc=PC,
            value=VALUE,
            over=span(policy.threshold.over, language),
            lasting=span(context.lasting(policy), language),
            when=_when(language),
        ),
    )
    if flags.measurement == LATE:
        yield "late", text("alerts.rule.late", language)
    yield "basis", literal(" · ".join([policy.basis.say(language), *_decisions(policy, context)]))
    yield "misses", literal(policy.misses.say(language))
    if policy.todo is not None:
        yield "todo", literal(policy.todo.say(language))
    if context.docs_url:
        yield "runbook_url", f"{context.docs_url.rstrip('/')}/{policy.runbook.removeprefix('docs/')}"


def _decisions(policy: Policy, context: AlertContext) -> Iterator[str]:
    """The province's own decisions behind a policy, oldest first."""
    late = (policy.flags.measurement, policy.flags.field) == (LATE, "after_hours")
    if policy.hours != "province" and not late:
        return
    for decision in sorted(context.provincial, key=lambda d: (d.valid_from, d.classes)):
        if set(decision.classes) & set(policy.binds):
            since = decision.valid_from.isoformat()
            yield text("alerts.rule.decision", context.language, basis=decision.basis, since=since)


def span(duration: timedelta, language: str) -> str:
    """`2 minutes`, in words of a language."""
    seconds = round(duration.total_seconds())
    unit, count = ("minutes", seconds // 60) if seconds >= 60 and seconds % 60 == 0 else ("seconds", seconds)
    return text(f"alerts.time.{unit}", language, count=count)
