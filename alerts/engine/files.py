"""The shape of Grafana's alerting files, as far as our generator writes it; Grafana's own rules of validity."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StrictInt
from pydantic.dataclasses import dataclass

from alerts.engine.contacts import ContactPoint  # noqa: TC001 - pydantic reads it at run time
from alerts.engine.dollars import braced
from alerts.engine.intervals import MuteTime  # noqa: TC001 - pydantic reads it at run time
from alerts.engine.routes import Root  # noqa: TC001 - pydantic reads it at run time
from alerts.engine.scalars import CAMEL, Duration, Expanded, Name, Named, OrgId, Ticks, Uid
from alerts.parts import some

EXPRESSION = ("__expr__", "-100")


def _bypass(value: Any) -> None:
    if value is not None:
        raise ValueError(
            "goes past the notification policy, which `watch` does not; leave it out, and write a route"
        )


def _recording(value: Any) -> None:
    if value is not None:
        raise ValueError("makes a recording rule, which raises no alert; leave it out")


def _first(version: int) -> int:
    if version != 1:
        raise ValueError(f"Grafana knows no apiVersion {version}; write 1")
    return version


def _annotation(text: str) -> str:
    if braced(text):
        raise ValueError("Grafana's versions disagree on `${` in an annotation; keep the two signs apart")
    return text


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
    is_paused: Annotated[bool, Field(strict=True)] = False
    dashboard_uid: Uid | None = None
    panel_id: StrictInt | None = None
    notification_settings: Annotated[None, BeforeValidator(_bypass), Field(alias="notification_settings")] = (
        None
    )
    record: Annotated[None, BeforeValidator(_recording)] = None


@dataclass(config=CAMEL)
class GroupFile:
    name: Name
    folder: Named
    interval: Ticks
    rules: tuple[RuleFile, ...]
    org_id: OrgId = 1


@dataclass(config=CAMEL)
class Template:
    name: Named
    template: str
    org_id: OrgId = 1


@dataclass(config=CAMEL)
class Gone:
    """What is to be deleted, by its uid."""

    uid: Uid
    org_id: OrgId = 1


@dataclass(config=CAMEL)
class GoneName:
    """The same, by its name."""

    name: Named
    org_id: OrgId = 1


@dataclass(config=CAMEL)
class AlertingFile:
    api_version: Annotated[StrictInt, AfterValidator(_first)] = 1
    groups: tuple[GroupFile, ...] = ()
    delete_rules: tuple[Gone, ...] = ()
    contact_points: tuple[ContactPoint, ...] = ()
    delete_contact_points: tuple[Gone, ...] = ()
    policies: tuple[Root, ...] = ()
    reset_policies: tuple[OrgId, ...] = ()
    mute_times: tuple[MuteTime, ...] = ()
    delete_mute_times: tuple[GoneName, ...] = ()
    templates: tuple[Template, ...] = ()
    delete_templates: tuple[GoneName, ...] = ()
