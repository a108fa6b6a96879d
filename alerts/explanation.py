"""What can be said of a policy on a day: whom it binds, what it counts, when it would fire."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alerts import duration, timeline
from alerts.compile import compile_policy
from alerts.policy import ClosedHours
from collector.clock import local

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from alerts.daytime import Window
    from alerts.policy import Policy
    from alerts.rule import AlertContext, Rule
    from alerts.timeline import Timeline
    from collector.roster import Hours, Span, Venue


@dataclass(frozen=True)
class Asked:
    """One venue on that day; `why` it is bound or not is one of bound, class, place, days, gone."""

    venue: Venue
    span: Span | None
    hours: Hours | None
    why: str


@dataclass(frozen=True)
class Explanation:
    policy: Policy
    context: AlertContext
    day: date
    bound: Mapping[str, int]  # venues by class
    places: int  # that have such venues
    asked: Asked | None
    rule: Rule | None
    example: Timeline | None

    @property
    def timed(self) -> bool:
        """Whether it is about hours."""
        return self.policy.flags.measurement == "after_hours"


def explain(
    policy: Policy,
    context: AlertContext,
    venues: Sequence[Venue],
    day: date,
    asked: Venue | None = None,
) -> Explanation:
    """`venues` are the site's; `day` is one of the province's calendar."""
    here = [(venue, venue.span_on(day)) for venue in venues]
    bound = [span for _, span in here if span is not None and _why(policy, span, day) == "bound"]
    found = None
    if asked is not None:
        span = asked.span_on(day)
        found = Asked(asked, span, asked.hours_on(day), "gone" if span is None else _why(policy, span, day))
    rule = compile_policy(policy, context)
    timed = policy.flags.measurement == "after_hours"
    windows = _windows(policy, found) if timed else None
    silent = rule is None or (timed and windows is None) or (found is not None and found.why != "bound")
    example = None if silent else timeline.of(policy, context, day, windows)
    return Explanation(
        policy,
        context,
        day,
        Counter(span.klass for span in bound),
        len({span.place for span in bound}),
        found,
        rule,
        example,
    )


def as_json(found: Explanation) -> dict[str, Any]:
    policy, context, rule, asked, example = (
        found.policy,
        found.context,
        found.rule,
        found.asked,
        found.example,
    )
    return {
        "id": policy.id,
        "title": policy.title.say(context.language),
        "day": str(found.day),
        "severity": context.severity(policy),
        "confidence": policy.basis.confidence,
        "confirmed": context.confirmed.get(policy.id),
        "audience": policy.audience,
        "binds": dict(sorted(found.bound.items())),
        "venue": None if asked is None else _asked_json(asked),
        "over": duration.show(policy.threshold.over),
        "for": duration.show(context.lasting(policy)),
        "query": None if rule is None else rule.query,
        "while": None if rule is None or rule.meanwhile is None else rule.meanwhile[0].text,
        "example": None
        if example is None
        else {
            name: None if at is None else f"{local(at):%Y-%m-%d %H:%M:%S}"
            for name, at in vars(example).items()
        },
        "basis": policy.basis.say(context.language),
        "misses": policy.misses.say(context.language),
        "runbook": policy.runbook,
    }


def _asked_json(asked: Asked) -> dict[str, Any]:
    return {
        "id": asked.venue.id,
        "class": None if asked.span is None else asked.span.klass,
        "place": None if asked.span is None else asked.span.place,
        "bound": asked.why == "bound",
        "why": asked.why,
        "open": None if asked.hours is None else [list(window) for window in asked.hours.windows],
        "hours_by": None if asked.hours is None else asked.hours.policy,
    }


def _why(policy: Policy, span: Span, day: date) -> str:
    period = policy.in_force
    if not (period.valid_from <= day and (period.valid_to is None or day < period.valid_to)):
        return "days"
    if policy.flags.by == "server" or (policy.binds and span.klass not in policy.binds):
        return "class"
    return "place" if policy.places and span.place not in policy.places else "bound"


def _windows(policy: Policy, asked: Asked | None) -> tuple[Window, ...] | None:
    """The opening hours that the example is about: the venue's, or the policy's own where none is asked for."""
    if asked is not None:
        return None if asked.hours is None else asked.hours.windows or None
    return policy.hours.open if isinstance(policy.hours, ClosedHours) else None
