"""The model of `site.yaml`: what a province decides about its own deployment."""

from __future__ import annotations

import re
from datetime import date  # noqa: TC003 - pydantic reads the annotation at run time
from itertools import pairwise
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.dataclasses import dataclass

import alerts.duration
from alerts import daytime
from alerts.daytime import Window
from alerts.grafana import DAYS
from alerts.parts import Klass  # noqa: TC001 - pydantic reads the annotation at run time
from collector.conventions import BROKER_USER

MODEL = ConfigDict(extra="forbid", validate_by_name=True, validate_by_alias=True)

OWN = "own"  # a decision's word for: the hours that each venue has declared
Item = TypeVar("Item")

# Files of the secrets folder, as credentials.py makes them.
CA_FILE, CERT_FILE, KEY_FILE = "ca.pem", "server.pem", "server.key"
PASSWORDS, BROKER_PASSWORDS = "passwords", "mosquitto.passwd"

_DURATION = re.compile(r"(?=[0-9])([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+")
_HOURS_LIKE = '"07:00-23:00"'
_LIKE = f"write for example {_HOURS_LIKE}"


def hours(text: str) -> Window:
    """`07:00-23:00` as minutes of the local day. ValueError says what is wrong, and what to write."""
    opens, closes = daytime.window(text, _HOURS_LIKE)
    if opens == closes:
        raise ValueError(f"{text!r} is never open; {_LIKE}, or 00:00-24:00 for a day and a night")
    if opens > closes:
        halves = f'"00:00-{daytime.show(closes)}", "{daytime.show(opens)}-24:00"'
        raise ValueError(f"{text!r} crosses midnight; write both parts: {halves}")
    return opens, closes


def windows(texts: Any) -> Any:
    """One text or a list of them, in order and apart from each other."""
    if isinstance(texts, tuple):
        return texts  # already minutes
    if not isinstance(texts, str | list):
        raise ValueError(f"{texts!r} are no opening hours; {_LIKE}")  # noqa: TRY004 - pydantic wants ValueError
    found = sorted(hours(str(text)) for text in ([texts] if isinstance(texts, str) else texts))
    if not found:
        raise ValueError(f"the list of opening hours is empty; {_LIKE}")
    for (_, closes), (opens, _) in pairwise(found):
        if opens < closes:
            raise ValueError("opening hours overlap; write each hour of the day once")
    return tuple(found)


def _decided(value: Any) -> Any:
    return value if value == OWN else windows(value)


def seconds(duration: str) -> int:
    """How long a duration of letters is: `1m` is 60."""
    if _DURATION.fullmatch(duration) is None:
        raise ValueError(f"{duration!r} is no duration; write for example 5m, 1h or 1h30m")
    return int(alerts.duration.parse(duration).total_seconds())


def _duration(text: str) -> str:
    seconds(text)
    return text


def _every(text: str) -> str:
    if seconds(text) < 10 or seconds(text) % 10:
        raise ValueError(f"{text!r} is no multiple of 10 seconds, Grafana's tick; write for example 1m")
    return text


def _absolute(text: str) -> str:
    # The rest means something to systemd, mosquitto or Grafana.
    if re.fullmatch(r"/[^\s%${}'\"\\#]*", text) is None:
        raise ValueError(f"{text!r} is no absolute path; write for example /etc/quannet/secrets/ca.pem")
    return text


def _one_line(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("the text is empty or holds a line break; write one line")
    return text


def _port(number: int) -> int:
    if not 1 <= number <= 65_535:
        raise ValueError(f"{number} is no port; write for example 8883")
    return number


def _raw_days(days: int) -> int:
    # A spool keeps 7 days and ingest takes 8: a database that keeps less would refuse what both promise.
    if not 9 <= days <= 366:
        raise ValueError(
            f"raw points are kept for 9 to 366 days, not for {days}; write for example 90, and keep "
            "the daily summaries for longer"
        )
    return days


def _summary_days(days: int) -> int:
    if not 31 <= days <= 3653:
        raise ValueError(f"summaries are kept for 31 to 3653 days, not for {days}; write for example 1827")
    return days


def _some(items: tuple[Item, ...]) -> tuple[Item, ...]:
    if not items:
        raise ValueError("the list is empty; write at least one item")
    return items


def _address(text: str) -> str:
    if _MAIL.fullmatch(text) is None:
        raise ValueError(f"{text!r} is no mail address; write for example phong-vh@laocai.example")
    return text


def _days(text: str) -> str:
    first, _, last = text.partition(":")
    found = [DAYS.index(day) if day in DAYS else -1 for day in (first, last or first)]
    if -1 in found or found[0] > found[1]:
        raise ValueError(f"{text!r} are no days of a week; write for example monday:friday")
    return text


def _office(value: Any) -> Any:
    return hours(value) if isinstance(value, str) else value


def _slug(text: str) -> str:
    if re.fullmatch(r"[a-z0-9][a-z0-9-]{0,31}", text) is None:
        raise ValueError(f"{text!r} is no id; write small letters, digits and hyphens, such as gambling-vn")
    return text


def _host(text: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.:-]*|::1?", text) is None:
        raise ValueError(f"{text!r} is no host name or address; write for example mqtt.laocai.example")
    return text


def _url(text: str) -> str:
    if re.fullmatch(r"https?://[^\s/$]+(/[^\s$]*)?", text) is None:
        raise ValueError(f"{text!r} is no address; write for example http://127.0.0.1:8086")
    return text


Slug = Annotated[str, AfterValidator(_slug)]
Text = Annotated[str, AfterValidator(_one_line)]
File = Annotated[str, AfterValidator(_absolute)]
Host = Annotated[str, AfterValidator(_host)]
Url = Annotated[str, AfterValidator(_url)]
Address = Annotated[str, AfterValidator(_address)]
Port = Annotated[int, AfterValidator(_port)]
Windows = Annotated[
    tuple[Window, ...] | Literal["own"],
    BeforeValidator(_decided),
    WithJsonSchema(
        {"anyOf": [{"const": OWN}, daytime.SCHEMA, {"type": "array", "items": daytime.SCHEMA, "minItems": 1}]}
    ),
]
Duration = Annotated[str, AfterValidator(_duration), WithJsonSchema(alerts.duration.SCHEMA)]
Every = Annotated[str, AfterValidator(_every), WithJsonSchema(alerts.duration.SCHEMA)]


@dataclass(frozen=True, config=MODEL)
class Decision:
    """Opening hours that the province itself has set for classes without national hours.

    `open: own` where its decision leaves a venue the hours that it has declared.
    """

    classes: Annotated[tuple[Klass, ...], AfterValidator(_some)]
    valid_from: Annotated[date, Field(alias="from")]
    open: Windows
    basis: Text
    valid_to: Annotated[date | None, Field(alias="to")] = None


@dataclass(frozen=True, config=MODEL)
class Broker:
    """`host` is the name that server and agents dial; `listen` the address the broker binds."""

    host: Host
    port: Port = 8883
    listen: Host = "127.0.0.1"
    ca_file: File | None = None
    password_file: File | None = None


@dataclass(frozen=True, config=MODEL)
class Influx:
    url: Url
    database: Text = "quannet"
    api: Literal["v1", "v2"] = "v1"
    org: Text = "-"
    secret_file: File | None = None


@dataclass(frozen=True, config=MODEL)
class Ingest:
    """One process takes what one core checks; more of them share the work."""

    workers: Annotated[int, Field(ge=1, le=64)] = 1


@dataclass(frozen=True, config=MODEL)
class Keep:
    """For how many days raw points and daily summaries are kept; `database` holds the summaries."""

    raw_days: Annotated[int, AfterValidator(_raw_days)] = 90
    summary_days: Annotated[int, AfterValidator(_summary_days)] = 1827
    database: Text | None = None


@dataclass(frozen=True, config=MODEL)
class Mail:
    host: Host
    sender: Address
    recipients: Annotated[tuple[Address, ...], AfterValidator(_some)]
    administrators: tuple[Address, ...] = ()
    port: Port = 587
    starttls: bool = True
    user: Text | None = None
    password_file: File | None = None


@dataclass(frozen=True, config=MODEL)
class Preview:
    url: Url = "http://127.0.0.1:8700"


@dataclass(frozen=True, config=MODEL)
class Grafana:
    """`authorization_file` holds the whole header that the database asks for, such as `Token …`."""

    authorization_file: File | None = None


@dataclass(frozen=True, config=MODEL)
class OfficeHours:
    """When people read what only informs."""

    days: Annotated[str, AfterValidator(_days)] = "monday:friday"
    hours: Annotated[Window, BeforeValidator(_office), WithJsonSchema(daytime.SCHEMA)] = (450, 1020)


@dataclass(frozen=True, config=MODEL)
class Alerting:
    """How often the rules are evaluated, and how long a policy's condition must last before it fires.

    `confirmed`: by policy id what was read of a law that quannet does not know for certain.
    """

    every: Every = "1m"
    lasting: Annotated[dict[str, Duration], Field(alias="for")] = Field(default_factory=dict)
    confirmed: dict[str, Text] = Field(default_factory=dict)
    office: OfficeHours = Field(default_factory=OfficeHours)


@dataclass(frozen=True, config=MODEL)
class Blocklist:
    """A list of domains that the site has fetched; `authority`: it is the state body's own, a hit a violation."""

    id: Slug
    path: Text
    category: Slug
    authority: bool = False
    licence: Text = "unknown"
    version: Text | None = None
    format: Literal["hosts", "adblock", "dnsmasq", "unbound", "rpz", "wildcard", "domains"] | None = None


@dataclass(frozen=True, config=MODEL)
class Offer:
    """The compiled list of sites: where `quannet blocklist build` puts it, and where agents fetch it."""

    file: File
    url: Url


@dataclass(frozen=True, config=MODEL)
class Settings:
    """`deploy`, `secrets` and `program` say where things lie on the server; `docs` where docs/ can be read."""

    name: Text
    province: Text
    broker: Broker
    influx: Influx
    mail: Mail
    language: Literal["vi", "en"] = "vi"
    hours: tuple[Decision, ...] = ()
    preview: Preview = Field(default_factory=Preview)
    docs: Url | None = None
    grafana: Grafana = Field(default_factory=Grafana)
    alerting: Alerting = Field(default_factory=Alerting)
    ingest: Ingest = Field(default_factory=Ingest)
    keep: Keep = Field(default_factory=Keep)
    blocklists: tuple[Blocklist, ...] = ()
    offer: Offer | None = None
    deploy: File = "/etc/quannet"
    secrets: File = "/etc/quannet/secrets"
    program: File = "/opt/quannet/bin/quannet"

    def secret(self, *parts: str) -> str:
        return "/".join((self.secrets.rstrip("/"), *parts))

    @property
    def summaries(self) -> str:
        """The database of the summaries. A hyphen: InfluxDB 3's API page allows no underscore."""
        return self.keep.database or f"{self.influx.database}-daily"

    @property
    def ca_file(self) -> str:
        return self.broker.ca_file or self.secret(CA_FILE)

    @property
    def broker_password_file(self) -> str:
        return self.broker.password_file or self.secret(PASSWORDS, BROKER_USER)
