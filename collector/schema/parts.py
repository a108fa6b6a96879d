"""What a measurement is made of: tags, fields, their types, units and bounds, and who writes it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import cached_property

# What ingest adds to each point of an agent, from topic and roster; never taken from a payload.
IDENTITY = ("venue", "pc", "place", "class")

CLASSES = ("game", "agent", "isp", "hospitality")  # a venue's legal class, DESIGN's words

I63 = 2**63 - 1


class Kind(enum.Enum):
    """InfluxDB's field types that we use. Booleans are 0 and 1: Grafana's rules read no other."""

    INT = int
    FLOAT = float
    TEXT = str


class Writer(enum.Enum):
    """Which process writes it."""

    AGENT = "agent"
    INGEST = "ingest"
    PRESENCE = "presence"
    WATCH = "watch"
    BUILD = "blocklist build"
    SUMMARISE = "summarise"
    SERVER = "each process of the server"


@dataclass(frozen=True)
class Tag:
    name: str
    doc: str


@dataclass(frozen=True)
class Field:
    """`low` and `high` are the bounds that ingest accepts (for text: of its length).

    `after_hours_of` names the field of seconds of which this one holds the share outside the allowed
    hours: ingest computes it, an agent may not send it.
    """

    name: str
    kind: Kind
    unit: str
    doc: str
    low: float = 0
    high: float = I63
    after_hours_of: str = ""


@dataclass(frozen=True)
class Measurement:
    name: str
    writer: Writer
    doc: str
    tags: tuple[Tag, ...]
    fields: tuple[Field, ...]
    identity: tuple[str, ...] = IDENTITY

    @cached_property
    def _by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}

    def field(self, name: str) -> Field:
        """KeyError where there is none."""
        return self._by_name[name]

    def has_field(self, name: str) -> bool:
        return name in self._by_name

    @property
    def tag_names(self) -> tuple[str, ...]:
        return self.identity + tuple(tag.name for tag in self.tags)


def whole(name: str, unit: str, doc: str, high: float = I63, *, after_hours_of: str = "") -> Field:
    return Field(name, Kind.INT, unit, doc, high=high, after_hours_of=after_hours_of)


def flag(name: str, doc: str) -> Field:
    return Field(name, Kind.INT, "0/1", doc, high=1)


def share(name: str, doc: str) -> Field:
    return Field(name, Kind.FLOAT, "%", doc, high=100)


def words(name: str, doc: str, longest: int = 64) -> Field:
    return Field(name, Kind.TEXT, "", doc, high=longest)
