"""Whether ingest is at work: fresh books, and a subscription at the broker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioning.doctor.check import Check, error, warning
from provisioning.doctor.entries import entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioning.doctor.check import Here, Said

FRESH = 60  # seconds; an entry comes every ten


def look(here: Here) -> Iterator[Said]:
    now = here.clock.wall().timestamp()
    books = entries(here.influx)
    if not books:
        yield error("no ingest process has written its books within the last hour")
        return
    ages = {worker: int(now - rows[-1].at) for worker, rows in books.items()}
    if min(ages.values()) > FRESH:
        yield error(f"the last entry in the books is {min(ages.values())} s old")
        return
    for worker, rows in books.items():
        if ages[worker] > FRESH:
            yield warning(f"worker {worker} is silent for {ages[worker]} s; the others go on")
        elif len(rows) > 1 and not any(entry.counts["connected"] for entry in rows[-2:]):
            yield warning(f"worker {worker} is not at the broker")


CHECK = Check(
    "QN-D007",
    "ledger",
    "Does every ingest process write its books, and is it at the broker?",
    "`systemctl status quannet-ingest`, `journalctl -u quannet-ingest`; one that was taken out for good is no fault",
    look,
)
