"""Whether there is room where ingest keeps dead letters and where a database on this machine keeps its points."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from provisioning.doctor.check import Check, error, warning
from provisioning.targets.influxdb import DATA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioning.doctor.check import Here, Said

LITTLE, NONE = 0.10, 0.03  # of the disk


def look(here: Here) -> Iterator[Said]:
    folders = [here.state]
    if urlsplit(here.deploy.influx.url).hostname in {"127.0.0.1", "localhost", "::1"}:
        folders.append(Path(DATA))
    seen: set[int] = set()
    for folder in folders:
        there = next(path for path in (folder, *folder.parents) if path.exists())
        if there.stat().st_dev in seen:
            continue
        seen.add(there.stat().st_dev)
        usage = shutil.disk_usage(there)
        yield from judge(folder, usage.total, usage.free)


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
