"""A violation's life as points: about whom, which policy, whether it fires, since when, how much."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from alerts.engine.rules import compared
from alerts.engine.state import FIRING
from collector.lineprotocol import Point
from collector.schema import IDENTITY

if TYPE_CHECKING:
    from datetime import datetime

    from alerts.engine.frames import Labels
    from alerts.engine.rules import Entry
    from alerts.engine.state import Instance
    from collector import lineprotocol

TAGS = (*IDENTITY, "policy", "severity")
# Labels that say nothing of the subject: Grafana's own, and whom it concerns.
_NOT_OF_THE_SUBJECT = {"alertname", "grafana_folder", "audience", "datasource_uid", "ref_id"}
_LONGEST = 128  # characters of a tag's value
_UNFIT = re.compile(r"[\s,=\\\"\x00-\x1f\x7f-\x9f]")


def point(entry: Entry | None, instance: Instance, now: datetime) -> Point:
    known = dict(instance.labels)
    tags = {name: known[name] for name in TAGS if known.get(name)}
    further = what(instance.labels)
    if further:
        tags["what"] = further
    fields: dict[str, lineprotocol.Value] = {
        "firing": int(instance.phase in FIRING),
        "since": int((now - (instance.fired or now)).total_seconds()),
    }
    value = compared(entry, instance)
    if value is not None:
        fields["value"] = value
    return Point("violation", tags, fields, int(now.timestamp()))


def what(labels: Labels) -> str:
    """The further labels of an instance, such as `reason:doh`; empty where it has none."""
    return ";".join(f"{name}:{value}" for name, value in further(labels))[:_LONGEST]


def further(labels: Labels) -> list[tuple[str, str]]:
    """Those that tell apart several violations of one subject."""
    return [
        (name, _UNFIT.sub("_", value))
        for name, value in labels
        if value and name not in TAGS and name not in _NOT_OF_THE_SUBJECT and not name.startswith("__")
    ]
