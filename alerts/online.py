"""What a site's database says to the queries of its rules: whether what they read is there, and how long they take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.bench import doubted, told
from alerts.cadence import CADENCES
from alerts.checks.cost import MOST_AT_ONCE
from alerts.compile import compile_policy
from alerts.engine.evaluate import Database
from alerts.engine.reader import read
from alerts.grafana import render
from collector.influx import Refused
from collector.influxql import schema as ask_for
from collector.schema import BY_NAME, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from alerts.bench import Bench
    from alerts.engine.files import RuleFile
    from alerts.flags import Flags
    from alerts.policy import Policy
    from collector.clock import Clock
    from collector.influx import Influx
    from collector.problem import Problem

NAME = "policy/online"
_TYPES = {Kind.INT: "integer", Kind.FLOAT: "float", Kind.TEXT: "string"}


@dataclass(frozen=True)
class Held:
    """What the database has of one measurement: tag keys, and types of fields by name (several are possible)."""

    tags: frozenset[str]
    fields: Mapping[str, frozenset[str]]


def ask(bench: Bench, influx: Influx, clock: Clock) -> list[Problem]:
    """Unavailable or Refused where the database cannot be asked at all."""
    existing = {str(row[0]) for series in influx.query(ask_for.measurements()) for row in series.rows}
    held = {name: _held(influx, name) for name in sorted(existing & set(BY_NAME))}
    return [problem for policy in bench.policies for problem in _policy(policy, bench, held, influx, clock)]


def _held(influx: Influx, name: str) -> Held:
    tags = {str(row[0]) for series in influx.query(ask_for.tag_keys(name)) for row in series.rows}
    fields: dict[str, frozenset[str]] = {}
    for series in influx.query(ask_for.field_keys(name)):
        for key, kind in series.rows:
            fields[str(key)] = fields.get(str(key), frozenset()) | {str(kind)}
    return Held(frozenset(tags), fields)


def _policy(
    policy: Policy, bench: Bench, held: Mapping[str, Held], influx: Influx, clock: Clock
) -> Iterator[Problem]:
    parts: list[tuple[str, Flags]] = [("flags", policy.flags)]
    if policy.meanwhile is not None:
        parts.append(("while", policy.meanwhile))
    for key, flags in parts:
        if flags.measurement in BY_NAME:
            yield from _flags(policy, key, flags, held.get(flags.measurement), influx)
    rule = compile_policy(policy, bench.context)
    if rule is not None:
        alerting, _ = read({"rules.yaml": render([rule], bench.context)["rules.yaml"]})
        yield from _takes(policy, alerting.groups[0].rules[0], influx, clock)


def _flags(policy: Policy, key: str, flags: Flags, held: Held | None, influx: Influx) -> Iterator[Problem]:
    sparse = CADENCES[flags.measurement].sparse
    quiet = told if sparse else doubted
    writer = BY_NAME[flags.measurement].writer.value
    if held is None:
        why = "it is written only where there is something to say" if sparse else f"see whether {writer} runs"
        yield quiet(
            policy.problem(
                NAME, (key, "measurement"), f"the database has nothing of {flags.measurement!r} yet", why
            )
        )
        return
    used = {*flags.tags, *(name for name in flags.where if name in BY_NAME[flags.measurement].tag_names)}
    for tag in sorted(used - held.tags):
        yield doubted(
            policy.problem(
                NAME,
                (key, "measurement"),
                f"no point of {flags.measurement!r} has the tag {tag!r}",
                f"see whether an older quannet wrote them, or whether {writer} runs",
            )
        )
    for name in sorted({flags.field, *flags.where}):
        yield from _types(policy, key, flags, name, held)
    newest = influx.query(ask_for.newest(flags.measurement, flags.field, "1d"))
    if not any(series.rows for series in newest):
        yield quiet(
            policy.problem(
                NAME,
                (key, "measurement"),
                f"{flags.measurement!r} has no {flags.field!r} of the last day",
                f"it is written by {writer}: see `quannet doctor`",
            )
        )


def _types(policy: Policy, key: str, flags: Flags, name: str, held: Held) -> Iterator[Problem]:
    measurement = BY_NAME[flags.measurement]
    if not measurement.has_field(name) or name not in held.fields:
        return
    wanted, found = _TYPES[measurement.field(name).kind], held.fields[name]
    if found != {wanted}:
        yield policy.problem(
            NAME,
            (key, "field"),
            f"the database holds {name!r} of {flags.measurement!r} as {' and '.join(sorted(found))}, not as {wanted}",
            "something else wrote it: drop those points, InfluxDB refuses ours beside them",
        )


def _takes(policy: Policy, rule: RuleFile, influx: Influx, clock: Clock) -> Iterator[Problem]:
    """Its queries as they stand, now, and how long they take together."""
    source = Database(influx)
    began = clock.monotonic()
    try:
        for node in rule.data:
            if not node.is_expression:
                source.frames(node, clock.wall())
    except Refused as fault:
        yield policy.problem(
            NAME, ("flags",), f"the database refuses its query: {fault}", "see `quannet rules explain`"
        )
        return
    took = clock.monotonic() - began
    if took > MOST_AT_ONCE:
        yield doubted(
            policy.problem(
                NAME,
                ("flags", "measurement"),
                f"its query takes {took:.1f} s here, and all rules are evaluated together",
                "shorten `over`, or narrow it by a tag; see docs/checks/cost.md",
            )
        )
