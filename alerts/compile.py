"""A policy as one alert rule with an instance for each of its subjects; pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from alerts.flags import Bounds, Listed
from alerts.rule import Beside, Rule
from collector import influxql
from collector.clock import LOCAL, midnight
from collector.schema import BY_NAME, Kind
from collector.texts import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import timedelta

    from alerts.flags import Condition, Flags
    from alerts.policy import Policy
    from alerts.rule import AlertContext

LATE = "late"  # the measurement of what came too late for the rules that read its own time
# `{{ $values.B }}` alone would print 2 as 2.0. Nothing where Grafana has no values: a call on none would leave the
# whole text as a template.
VALUE = '{{ with $values.B }}{{ printf "%.*f" .Value }}{{ end }}'

_AHEAD = int(LOCAL.utcoffset(None).total_seconds())
_BRACED = re.compile(r"\{([a-z]+)\}")


def compile_policy(policy: Policy, context: AlertContext) -> Rule | None:
    """None where the policy asks for a list that this site has not made."""
    flags, threshold, meanwhile = policy.flags, policy.threshold, policy.meanwhile
    if not _known(flags, context):
        return None
    while_ = None
    if meanwhile is not None:
        query = _query(policy, meanwhile, meanwhile.aggregate, context)
        while_ = Beside("D", "E", query, "last"), meanwhile.least
    return Rule(
        uid=policy.rule_uid,
        title=policy.title.say(context.language),
        query=_query(policy, flags, threshold.aggregate, context),
        datasource_uid=context.datasource_uid,
        over=threshold.over,
        least=threshold.least,
        lasting=context.lasting(policy),
        keep_firing=threshold.keep_firing,
        labels={"policy": policy.id, "severity": context.severity(policy), "audience": policy.audience},
        annotations=dict(_annotations(policy, context)),
        absent=threshold.absent,
        meanwhile=while_,
        beside=_happened(policy, context) if flags.measurement == LATE else (),
        patient=policy.told == "in-office-hours",
    )


def compile_all(policies: tuple[Policy, ...], context: AlertContext) -> list[Rule]:
    return [rule for policy in policies if (rule := compile_policy(policy, context)) is not None]


def placeholders(policy: Policy) -> Mapping[str, str]:
    """What may stand in braces in a policy's sentence, and the template that it becomes."""
    labels = {tag: f"{{{{ $labels.{tag} }}}}" for tag in policy.flags.tags}
    return {**labels, "value": VALUE.replace("*", "0" if _is_whole(policy) else "1")}


def _is_whole(policy: Policy) -> bool:
    flags, aggregate = policy.flags, policy.threshold.aggregate
    measurement = BY_NAME.get(flags.measurement)
    if measurement is None or not measurement.has_field(flags.field):
        return True  # a check says so; there is nothing to print
    return aggregate == "count" or (measurement.field(flags.field).kind is Kind.INT and aggregate != "mean")


def literal(words: str) -> str:
    """A person's words inside an annotation: no template to Grafana, and no variable of its newest reader."""
    return words.replace("{{", '{{ "{{" }}').replace("${", '{{ "$" }}{')


def conditions(policy: Policy, flags: Flags, context: AlertContext) -> Iterator[str]:
    """What a point must meet to count, beside the range of time: whom it binds, what it is, and when it was."""
    own = set(flags.tags)
    if policy.binds and "class" in own:
        yield influxql.any_of("class", sorted(policy.binds))
    if policy.places and "place" in own:
        yield influxql.any_of("place", sorted(policy.places))
    for name, condition in sorted(flags.where.items()):
        yield from _condition(name, condition, context)
    yield influxql.since(midnight(policy.in_force.valid_from))
    if policy.in_force.valid_to is not None:
        yield influxql.before(midnight(policy.in_force.valid_to))


def _condition(name: str, condition: Condition, context: AlertContext) -> Iterator[str]:
    if isinstance(condition, Bounds):
        yield from (influxql.compared(name, operator, value) for operator, value in condition.given)
    elif isinstance(condition, Listed):
        yield influxql.any_of(name, context.lists[condition.site])
    else:
        yield influxql.any_of(name, (condition,) if isinstance(condition, str) else condition)


def _known(flags: Flags, context: AlertContext) -> bool:
    return all(context.lists.get(c.site) for c in flags.where.values() if isinstance(c, Listed))


def _query(policy: Policy, flags: Flags, aggregate: str, context: AlertContext) -> str:
    found = conditions(policy, flags, context)
    return influxql.rule_query(aggregate, flags.measurement, flags.field, found, flags.tags)


def _happened(policy: Policy, context: AlertContext) -> tuple[Beside, ...]:
    """When the first and the last of it happened: the rule's own time is that of the arrival.

    In seconds of the province's clock, as if it were UTC: Grafana's templates know no other zone.
    """
    flags = policy.flags
    found = list(conditions(policy, flags, context))
    return tuple(
        Beside(
            query,
            ref,
            influxql.rule_query(aggregate, LATE, "happened", found, flags.tags, plus=_AHEAD),
            "last",
        )
        for query, ref, aggregate in (("D", "E", "min"), ("F", "G", "max"))
    )


def moment(ref: str, language: str) -> str:
    """A template for a value that `_happened` gave, in the words of the mails.

    Grafana knows one spelling of a moment: the pattern puts its digits in order.
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
    language = context.language
    title = literal(policy.title.say(language))
    tags = placeholders(policy)
    yield "summary", text(f"alerts.rule.summary.{policy.flags.by}", language, title=title, **tags)
    yield "description", _sentence(policy, context)
    if policy.flags.measurement == LATE:
        yield "late", text("alerts.rule.late", language)
    yield "basis", literal(" · ".join(_basis(policy, context)))
    yield "misses", literal(policy.misses.say(language))
    if policy.todo is not None:
        yield "todo", literal(policy.todo.say(language))
    if context.docs_url:
        yield "runbook_url", f"{context.docs_url.rstrip('/')}/{policy.runbook.removeprefix('docs/')}"


def _sentence(policy: Policy, context: AlertContext) -> str:
    language = context.language
    known = {
        **placeholders(policy),
        "over": span(policy.threshold.over, language),
        "lasting": span(context.lasting(policy), language),
    }
    parts = _BRACED.split(policy.says.say(language))  # words, name, words, name … words
    said = "".join(known.get(part, f"{{{part}}}") if i % 2 else literal(part) for i, part in enumerate(parts))
    return said + (_when(language) if policy.flags.measurement == LATE else "")


def _basis(policy: Policy, context: AlertContext) -> Iterator[str]:
    yield policy.basis.say(context.language)
    if policy.id in context.confirmed:
        yield text("alerts.rule.confirmed", context.language, basis=context.confirmed[policy.id])
    yield from _decisions(policy, context)


def _decisions(policy: Policy, context: AlertContext) -> Iterator[str]:
    """The province's own decisions behind a policy, oldest first."""
    counted = policy.flags.measurement in {LATE, "after_hours"} and policy.flags.field != "accesses"
    if not counted:
        return
    for decision in sorted(context.provincial, key=lambda d: (d.valid_from, d.classes)):
        if set(decision.classes) & set(policy.binds):
            since = decision.valid_from.isoformat()
            yield text("alerts.rule.decision", context.language, basis=decision.basis, since=since)


def span(duration: timedelta, language: str) -> str:
    """`2 minutes`, in words of a language."""
    seconds = round(duration.total_seconds())
    for unit, size in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= size and seconds % size == 0 and (unit != "hours" or seconds > 3600):
            return text(f"alerts.time.{unit}", language, count=seconds // size)
    return text("alerts.time.seconds", language, count=seconds)
