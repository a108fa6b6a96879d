"""policy/query: what a policy sums up exists in the schema, is a whole number, and is known by PC and class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.schema import BY_NAME, IDENTITY, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.policy import Policy
    from alerts.rule import AlertContext
    from collector.problem import Problem

NAME = "policy/query"


def check(policy: Policy, context: AlertContext) -> Iterator[Problem]:
    del context
    flags = policy.flags
    measurement = BY_NAME.get(flags.measurement)
    if measurement is None:
        yield policy.problem(
            NAME,
            ("flags", "measurement"),
            f"nothing writes a measurement {flags.measurement!r}",
            f"write one of {', '.join(sorted(BY_NAME))}",
        )
        return
    if not set(IDENTITY) <= set(measurement.tag_names):
        yield policy.problem(
            NAME,
            ("flags", "measurement"),
            f"{flags.measurement!r} does not say which venue and PC it is about",
            f"a rule needs the tags {', '.join(IDENTITY)}",
        )
    own = [tag.name for tag in measurement.tags]
    for tag in flags.where:
        if tag not in own:
            yield policy.problem(
                NAME,
                ("flags", "where", tag),
                f"{tag!r} is no tag of {flags.measurement!r} that its writer sets",
                f"write one of {', '.join(own)}" if own else "remove `where`",
            )
    numbers = [field.name for field in measurement.fields if field.kind is Kind.INT]
    if flags.field not in numbers:
        exists = measurement.has_field(flags.field)
        fault = "is no whole number" if exists else f"is no field of {flags.measurement!r}"
        yield policy.problem(
            NAME, ("flags", "field"), f"{flags.field!r} {fault}", f"write one of {', '.join(numbers)}"
        )
        return
    timed = bool(measurement.field(flags.field).after_hours_of)
    if timed and policy.hours is None:
        yield policy.problem(
            NAME,
            ("flags", "field"),
            f"{flags.field!r} is counted only where hours bind a venue, and this policy has none",
            'write `hours: {closed: "22:00-08:00"}` or `hours: province`',
        )
    if policy.hours is not None and not timed:
        yield policy.problem(
            NAME,
            ("hours",),
            f"{flags.field!r} does not depend on hours",
            "remove `hours`, or flag `after_hours`",
        )
