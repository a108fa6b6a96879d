"""policy/query: what a policy counts exists in the schema, and its conditions and its aggregate fit it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.flags import SUBJECTS, Bounds
from collector.schema import BY_NAME, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.bench import Bench
    from alerts.flags import Aggregate, Condition, Flags
    from alerts.policy import Policy
    from collector.problem import Problem
    from collector.schema import Measurement

NAME = "policy/query"
_KINDS = {Kind.INT: "a whole number", Kind.FLOAT: "a number", Kind.TEXT: "a text"}


def check(policy: Policy, bench: Bench) -> Iterator[Problem]:
    del bench
    yield from _flags(policy, policy.flags, "flags", policy.threshold.aggregate)
    if policy.threshold.absent:
        yield from _absent(policy)
    meanwhile = policy.meanwhile
    if meanwhile is None:
        return
    yield from _flags(policy, meanwhile, "while", meanwhile.aggregate)
    if policy.threshold.absent:
        yield policy.problem(
            NAME, ("while",), "where there is nothing, nothing holds meanwhile", "remove `while`, or `absent`"
        )
    if not set(meanwhile.tags) <= set(policy.flags.tags):
        yield policy.problem(
            NAME,
            ("while",),
            f"it is asked of each {', '.join(meanwhile.tags) or 'server'}, the rule of each"
            f" {', '.join(policy.flags.tags) or 'server'}: no instance would be of both",
            f"write `by: {policy.flags.by}` in both",
        )


def _flags(policy: Policy, flags: Flags, key: str, aggregate: Aggregate) -> Iterator[Problem]:
    measurement = BY_NAME.get(flags.measurement)
    if measurement is None:
        yield policy.problem(
            NAME,
            (key, "measurement"),
            f"nothing writes a measurement {flags.measurement!r}",
            f"write one of {', '.join(sorted(BY_NAME))}",
        )
        return
    yield from _subject(policy, flags, key, measurement)
    yield from _field(policy, flags, key, measurement, aggregate)
    for name, condition in flags.where.items():
        fault = _unfit(measurement, name, condition)
        if fault is not None:
            summary, _, details = fault.partition("; ")
            yield policy.problem(NAME, (key, "where", name), summary, details)


def _subject(policy: Policy, flags: Flags, key: str, measurement: Measurement) -> Iterator[Problem]:
    missing = [tag for tag in SUBJECTS[flags.by] if tag not in measurement.tag_names]
    if missing:
        fits = [by for by, tags in SUBJECTS.items() if set(tags) <= set(measurement.tag_names)]
        yield policy.problem(
            NAME,
            (key, "by"),
            f"{flags.measurement!r} does not say which {flags.by} it is about: it has no {', '.join(missing)}",
            f"write `by: {fits[0]}`, or count another measurement",
        )
    for i, tag in enumerate(flags.each):
        if tag not in measurement.tag_names:
            own = ", ".join(tag.name for tag in measurement.tags)
            yield policy.problem(
                NAME,
                (key, "each", i),
                f"{tag!r} is no tag of {flags.measurement!r}",
                f"write one of {own}" if own else "remove `each`",
            )
        elif tag in SUBJECTS[flags.by]:
            yield policy.problem(
                NAME, (key, "each", i), f"by: {flags.by} has {tag!r} already", "remove it from `each`"
            )


def _field(
    policy: Policy, flags: Flags, key: str, measurement: Measurement, aggregate: Aggregate
) -> Iterator[Problem]:
    numbers = [field.name for field in measurement.fields if field.kind is not Kind.TEXT]
    if flags.field not in numbers:
        exists = measurement.has_field(flags.field)
        fault = "is a text" if exists else f"is no field of {flags.measurement!r}"
        yield policy.problem(
            NAME, (key, "field"), f"{flags.field!r} {fault}", f"write one of {', '.join(numbers)}"
        )
    elif aggregate == "sum" and measurement.field(flags.field).unit == "%":
        yield policy.problem(
            NAME,
            ("threshold" if key == "flags" else key, "sum"),
            f"a sum of {flags.field!r} says nothing: it is a share",
            "write max, min, mean or last; or count the points that `where` picks",
        )


def _unfit(measurement: Measurement, name: str, condition: Condition) -> str | None:
    """What is wrong with a condition, and what to write; None where it fits."""
    if name in measurement.tag_names:
        if isinstance(condition, Bounds):
            return f"{name!r} is a tag, and a tag is a text; write the text itself, or several in brackets"
        return None
    if not measurement.has_field(name):
        own = [tag.name for tag in measurement.tags] + [field.name for field in measurement.fields]
        return f"{name!r} is no tag and no field of {measurement.name!r}; write one of {', '.join(own)}"
    kind = measurement.field(name).kind
    if kind is Kind.TEXT and isinstance(condition, Bounds):
        return f"{name!r} is {_KINDS[kind]} and has no bounds; write the text itself, or several in brackets"
    if kind is not Kind.TEXT and not isinstance(condition, Bounds):
        return f"{name!r} is {_KINDS[kind]}; write bounds, such as {{least: 1}} or {{above: 0, most: 5}}"
    return None


def _absent(policy: Policy) -> Iterator[Problem]:
    if policy.flags.tags:
        yield policy.problem(
            NAME,
            ("threshold", "absent"),
            f"a {policy.flags.by} that has no point has no name either: nobody would be told which one",
            "write `by: server` without `each`, and the name as a condition: `where: {process: presence}`",
        )
