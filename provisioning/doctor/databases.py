"""Whether both databases exist and keep their points as long as the site says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.databases import settle_all
from collector.influx import Refused
from provisioning.doctor.check import Check, error, warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioning.doctor.check import Here, Said


def look(here: Here) -> Iterator[Said]:
    try:
        for one in settle_all(here.deploy, only_look=True):
            if one.found is None:
                yield error(f"there is no database {one.database}")
            elif one.differs:
                yield warning(f"{one.database} does not keep its points as the site says")
    except Refused as fault:
        yield error(f"InfluxDB refuses us: {fault}")


CHECK = Check(
    "QN-D006",
    "databases",
    "Are both databases there, and do they keep points as long as the site says?",
    "`systemctl status influxdb`, then `quannet database`",
    look,
)
