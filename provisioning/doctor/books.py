"""Whether the books balance: received = stored + dead + in flight + shed in every entry, and nothing uncounted."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from collector.clock import at_second, local
from provisioning.doctor.check import Check, error, warning
from provisioning.doctor.entries import GROWING, entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioning.doctor.check import Here, Said
    from provisioning.doctor.entries import Entry

RESTARTS = 3  # within the hour; more is no maintenance


def look(here: Here) -> Iterator[Said]:
    for worker, rows in entries(here.influx).items():
        yield from judge(worker, rows)


def judge(worker: str, rows: list[Entry]) -> Iterator[Said]:
    """1. Each entry balances. 2. No count falls while a process lives. 3. It does not start again and again."""
    for entry in rows:
        if not entry.balanced:
            counts = ", ".join(
                f"{name} {entry.counts[name]}" for name in ("received", "stored", "dead", "in_flight", "shed")
            )
            yield error(f"worker {worker}, {_moment(entry)}: {counts}")
            break
    restarts = 0
    for before, entry in pairwise(rows):
        restarts += entry.restarts(before)
        fallen = [name for name in GROWING if entry.gain(before, name) < 0]
        if fallen:
            yield error(
                f"worker {worker}, {_moment(entry)}: {', '.join(fallen)} fell, though it did not start anew"
            )
            break
    if restarts > RESTARTS:
        yield warning(f"worker {worker} started {restarts} times within the hour, or two bear its name")


def _moment(entry: Entry) -> str:
    return local(at_second(entry.at)).strftime("%H:%M:%S")


CHECK = Check(
    "QN-D008",
    "books",
    "Do the books balance in every entry of the last hour?",
    "two processes of one name, or an error of ours: keep `journalctl -u quannet-ingest` and report it",
    look,
)
