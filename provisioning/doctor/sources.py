"""Whether a source of the list of sites was refused when it was last built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.influxql.doctor import last_sources
from provisioning.doctor.check import Check, warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioning.doctor.check import Here, Said


def look(here: Here) -> Iterator[Said]:
    found = here.influx.query(last_sources("7d"))
    refused = sorted(one.tags["source"] for one in found if one.column("refused")[-1])
    if refused:
        yield warning(f"refused, an older copy is in force: {', '.join(refused)}")


CHECK = Check(
    "QN-D016",
    "sources",
    "Was every source of the list of sites accepted?",
    "fetch the source again; to accept a shrink that is meant see docs/operate.md, “Lists of sites”",
    look,
)
