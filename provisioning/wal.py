"""What keeps InfluxDB 1.x from losing acknowledged points when it is killed twice: its write-ahead log, sealed.

A kill may tear the last record of the newest segment. influxd (1.6.7; 1.8 and 1.11 read alike) opens that
segment at its end for writing before it reads it and cuts the torn record off, so that what it acknowledges
from then on stands behind a hole; the next replay stops at the hole and drops the rest. It never writes to
a segment that is followed by another, even an empty one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_SEGMENT = re.compile(r"_\d{5,}\.wal")


def seal(wal: Path) -> list[Path]:
    """Lay an empty segment behind the last one of each shard below `wal`: the files made.

    To be done before each start of influxd; harmless while it runs. OSError where the disk refuses.
    """
    made = []
    newest: dict[Path, Path] = {}
    for path in sorted(wal.rglob("_*.wal")):  # by name, as influxd itself sorts them
        if _SEGMENT.fullmatch(path.name):
            newest[path.parent] = path
    for shard, last in newest.items():
        if last.stat().st_size:
            following = shard / f"_{int(last.stem[1:]) + 1:05d}.wal"
            following.touch()
            made.append(following)
    return made
