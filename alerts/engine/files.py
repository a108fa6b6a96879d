"""The shape of Grafana's alerting files, as far as our generator writes it; Grafana's own rules of validity."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StrictInt
from pydantic.alias_generators import to_camel
from pydantic.dataclasses import dataclass

from alerts import duration
from alerts.engine.dollars import braced, expand
from alerts.parts import some

# An unknown key is a fault here: Grafana would ignore it in silence, and a setting would be lost.
CAMEL = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)
SNAKE = ConfigDict(extra="forbid", frozen=True)

_UID = re.compile(r"[A-Za-z0-9_-]{1,40}")
TICK = timedelta(seconds=10)
EXPRESSION = ("__expr__", "-100")


def _expanded(value: Any) -> Any:
    return expand(value) if isinstance(value, str) else value


def _duration(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text, and so no duration to Grafana; write for example 5m")  # noqa: TRY004 - pydantic makes problems of ValueErrors only
    return duration.parse(expand(value))


def _uid(text: str) -> str:
    if _UID.fullmatch(text) is None:
        raise ValueError(f"{text!r} is no uid; write 1 to 40 of A-Z, a-z, 0-9, _ and -")
    return text


def _name(text: str) -> str:
    size = len(text.encode())
    if not 0 < size <= 190:
        raise ValueError(
            f"a name of {size} bytes; Grafana takes 1 to 190, and a Vietnamese letter has up to 3"
        )
    return text


def _interval(value: timedelta) -> timedelta:
    if not value or value % TICK:
        raise ValueError("no multiple of 10 seconds, Grafana's tick; write for example 1m")
    return value


def _positive(value: timedelta) -> timedelta:
    if not value:
        raise ValueError("may not be 0; write for example 5m")
    return value


def _annotation(text: str) -> str:
    if braced(text):
        raise ValueError("Grafana's versions disagree on `${` in an annotation; keep the two signs apart")
    return text


Expanded = Annotated[str, BeforeValidator(_expanded)]
Uid = Annotated[Expanded, AfterValidator(_uid)]
Name = Annotated[Expanded, AfterValidator(_name)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
NonZero = Annotated[Duration, AfterValidator(_positive)]
OrgId = StrictInt


@dataclass(config=CAMEL)
class Range:
    """Whole seconds back from now."""

    since: Annotated[StrictInt, Field(alias="from")]
    until: Annotated[StrictInt, Field(alias="to")]


@dataclass(config=CAMEL)
class Node:
    """One query or expression of a rule; its model is taken as it stands, dollars and all."""

    ref_id: Expanded
    datasource_uid: Expanded
    model: dict[str, Any]
    relative_time_range: Range | None = None
    query_type: Expanded = ""

    @property
    def is_expression(self) -> bool:
        return self.datasource_uid in EXPRESSION


@dataclass(config=CAMEL)
class RuleFile:
    uid: Uid
    title: Name
    condition: Expanded
    data: Annotated[tuple[Node, ...], AfterValidator(some)]
    no_data_state: Literal["NoData", "Alerting", "OK", "KeepLast"] = "NoData"
    exec_err_state: Literal["Alerting", "Error", "OK", "KeepLast"] = "Alerting"
    lasting: Annotated[Duration, Field(alias="for")] = timedelta(0)
    keep_firing_for: Duration = timedelta(0)
    missing_series_evals_to_resolve: Annotated[
        int, Field(alias="missing_series_evals_to_resolve", gt=0, strict=True)
    ] = 2
    annotations: dict[str, Annotated[str, AfterValidator(_annotation)]] = Field(default_factory=dict)
    labels: dict[str, Expanded] = Field(default_factory=dict)
    is_paused: bool = False


@dataclass(config=CAMEL)
class GroupFile:
    name: Name
    folder: Expanded
    interval: Annotated[Duration, AfterValidator(_interval)]
    rules: tuple[RuleFile, ...]
    org_id: OrgId = 1


@dataclass(config=CAMEL)
class Receiver:
    uid: Uid
    type: Expanded
    settings: Annotated[dict[str, Any], AfterValidator(some)]
    disable_resolve_message: bool = False


@dataclass(config=CAMEL)
class ContactPoint:
    name: Expanded
    receivers: tuple[Receiver, ...]
    org_id: OrgId = 1


@dataclass(config=SNAKE)
class Route:
    """The root of the policy tree, with Alertmanager's defaults; we generate no branches."""

    receiver: Expanded
    group_by: tuple[Expanded, ...] = ()
    group_wait: Duration = timedelta(seconds=30)
    group_interval: NonZero = timedelta(minutes=5)
    repeat_interval: NonZero = timedelta(hours=4)
    org_id: Annotated[OrgId, Field(alias="orgId")] = 1


@dataclass(config=CAMEL)
class Template:
    name: str
    template: str
    org_id: OrgId = 1


@dataclass(config=CAMEL)
class Deleted:
    uid: Uid
    org_id: OrgId = 1


@dataclass(config=CAMEL)
class AlertingFile:
    api_version: StrictInt = 1
    groups: tuple[GroupFile, ...] = ()
    delete_rules: tuple[Deleted, ...] = ()
    contact_points: tuple[ContactPoint, ...] = ()
    policies: tuple[Route, ...] = ()
    templates: tuple[Template, ...] = ()
