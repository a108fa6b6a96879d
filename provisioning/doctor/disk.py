"""Whether there is room where ingest keeps dead letters and where a database on this machine keeps its points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.disks import nearest, room
from provisioning.doctor.check import Check, error, warning

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from provisioning.doctor.check import Here, Said

LITTLE, NONE = 0.10, 0.03  # of the disk


def look(here: Here) -> Iterator[Said]:
    seen: set[int] = set()
    for folder in (here.state, *here.deploy.disks):
        device = nearest(folder).stat().st_dev
        if device not in seen:
            seen.add(device)
            found = room(folder)
            yield from judge(folder, found.total, found.free)


def judge(folder: Path, total: int, free: int) -> Iterator[Said]:
    """In bytes."""
    share = free / total
    if share < LITTLE:
        say = error if share < NONE else warning
        yield say(f"{share:.0%} of the disk of {folder} is free, {free / 1e9:.1f} GB")


CHECK = Check(
    "QN-D013",
    "disk",
    "Is there room on the disks?",
    "make room; `keep` in site.yaml says for how long points are kept",
    look,
)
