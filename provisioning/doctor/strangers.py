"""Whether PCs speak with a venue's credentials that stand in no registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.influxql.doctor import strangers
from provisioning.doctor.check import Check, warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioning.doctor.check import Here, Said

SHOWN = 10


def look(here: Here) -> Iterator[Said]:
    venues = sorted(one.tags["venue"] for one in here.influx.query(strangers("1d")) if one.tags["venue"])
    if venues:
        more = "" if len(venues) <= SHOWN else f" and {len(venues) - SHOWN} more"
        yield warning(f"since yesterday at {', '.join(venues[:SHOWN])}{more}")


CHECK = Check(
    "QN-D011",
    "strangers",
    "Are there PCs that stand in no registry?",
    "a finding for an inspector, or a PC that is missing in venues.csv; the measurement `unregistered` names them",
    look,
)
