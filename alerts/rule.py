"""What a policy compiles to (Rule), and what a site decides about its alerts (AlertContext)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from alerts import duration
from collector.conventions import DATASOURCE_UID

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from alerts.daytime import Window
    from alerts.flags import SiteList
    from alerts.policy import Policy

# An evaluation reads what is stamped up to as long before it. By then it is stored, so that the same question asked
# later has the same answer: what was raised can be shown again.
SETTLE = timedelta(seconds=10)


@dataclass(frozen=True)
class ProvincialHours:
    """Opening hours that the province decided for some classes: [open, close) in minutes of the local day."""

    classes: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    windows: tuple[Window, ...]
    basis: str


@dataclass(frozen=True)
class Office:
    """When people read what can wait: weekdays in Grafana's words, and [from, to) in minutes of the local day."""

    days: str = "monday:friday"
    hours: Window = (450, 1020)


@dataclass(frozen=True)
class AlertContext:
    """What a site decides about its alerts. Durations are texts, as the site writes them.

    `confirmed`: what was read of the law, by the id of a policy whose basis was unconfirmed. `lists`: what
    `where: {site: …}` of a policy stands for. `docs_url` is where the folder docs/ can be read in a browser;
    `retired` are rule uids that Grafana must delete, since it keeps a rule that merely vanished from the files.
    """

    language: str = "vi"
    datasource_uid: str = DATASOURCE_UID
    every: str = "1m"
    for_override: Mapping[str, str] = field(default_factory=dict)
    confirmed: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[SiteList, tuple[str, ...]] = field(default_factory=dict)
    provincial: tuple[ProvincialHours, ...] = ()
    office: Office = Office()
    mail_recipients: tuple[str, ...] = ()
    administrators: tuple[str, ...] = ()
    preview_url: str = ""
    docs_url: str = ""
    retired: tuple[str, ...] = ()

    def lasting(self, policy: Policy) -> timedelta:
        """How long the condition must hold before it fires here."""
        text = self.for_override.get(policy.id)
        return policy.threshold.lasting if text is None else duration.parse(text)

    def severity(self, policy: Policy) -> str:
        """Law that nobody has read only informs, until the site has confirmed it."""
        unsettled = policy.basis.confidence == "unconfirmed" and policy.id not in self.confirmed
        return "info" if unsettled else policy.severity


@dataclass(frozen=True)
class Beside:
    """One more number of each instance; `query` and `ref` are letters in Grafana.

    Its query must give a series wherever the condition's does: Grafana calls a rule without data where any of
    its queries has none.
    """

    query: str
    ref: str
    text: str
    reducer: str


@dataclass(frozen=True)
class Rule:
    """One Grafana-managed alert rule with an instance for each subject: fires where `query` reaches `least`.

    `meanwhile` and the number that it must reach: a second condition of the same subject. `absent`: it fires
    where there is nothing. `beside`: numbers for the annotations alone. `patient`: it waits for office hours.
    """

    uid: str
    title: str
    query: str
    datasource_uid: str
    over: timedelta
    least: float
    lasting: timedelta
    keep_firing: timedelta
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    absent: bool = False
    meanwhile: tuple[Beside, float] | None = None
    beside: tuple[Beside, ...] = ()
    patient: bool = False
