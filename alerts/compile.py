"""A policy as one alert rule with an instance for each PC; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.policy import Rule
from collector import influxql
from collector.texts import text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from alerts.policy import AlertContext, Policy

PC = "{{ $labels.pc }}"
VENUE = "{{ $labels.venue }}"
VALUE = "{{ $values.B }}"

# Fields for which the catalogue has a sentence of their own; the others share one.
_SPOKEN = {("games", "after_hours"), ("session", "after_hours"), ("sites", "accesses"), ("sites", "lookups")}


def compile_policy(policy: Policy, context: AlertContext) -> Rule:
    flags, threshold = policy.flags, policy.threshold
    return Rule(
        uid=policy.rule_uid,
        title=policy.title.say(context.language),
        query=influxql.sum_per_pc(flags.measurement, flags.field, tuple(sorted(policy.binds)), flags.where),
        datasource_uid=context.datasource_uid,
        over=threshold.over,
        least=threshold.least,
        lasting=context.lasting(policy),
        labels={"policy": policy.id, "severity": policy.severity},
        annotations=dict(_annotations(policy, context)),
    )


def literal(words: str) -> str:
    """A person's words inside an annotation: no template to Grafana, and no variable of its newest reader."""
    return words.replace("{{", '{{ "{{" }}').replace("${", '{{ "$" }}{')


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
        ),
    )
    yield "basis", literal(" · ".join([policy.basis.say(language), *_decisions(policy, context)]))
    yield "misses", literal(policy.misses.say(language))
    if policy.todo is not None:
        yield "todo", literal(policy.todo.say(language))
    if context.docs_url:
        yield "runbook_url", f"{context.docs_url.rstrip('/')}/{policy.runbook.removeprefix('docs/')}"


def _decisions(policy: Policy, context: AlertContext) -> Iterator[str]:
    """The province's own decisions behind a policy, oldest first."""
    if policy.hours != "province":
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
