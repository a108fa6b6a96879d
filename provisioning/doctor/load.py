"""Whether ingest keeps up: what it turned away and what the database did not take, in the last minutes."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from provisioning.doctor.check import Check, warning
from provisioning.doctor.entries import entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioning.doctor.check import Here, Said

LATELY = 600  # seconds


def look(here: Here) -> Iterator[Said]:
    since = here.clock.wall().timestamp() - LATELY
    for worker, rows in entries(here.influx).items():
        late = [(before, entry) for before, entry in pairwise(rows) if entry.at >= since]
        for name, what in (("shed", "messages turned away"), ("write_errors", "failed writes")):
            count = sum(entry.gain(before, name) for before, entry in late)
            if count > 0:
                yield warning(f"worker {worker}: {count} {what} in the last ten minutes")


CHECK = Check(
    "QN-D009",
    "load",
    "Does ingest keep up, and does the database take what it writes?",
    "nothing is lost, agents send again; look at InfluxDB's disk and memory (after a full disk: `systemctl restart influxdb`), then at `ingest.workers` in site.yaml",
    look,
)
