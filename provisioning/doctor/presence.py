"""Whether presence writes its verdicts: without them nobody is missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.influxql.doctor import last_presence
from provisioning.doctor.check import Check, error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioning.doctor.check import Here, Said

FRESH = 180  # seconds; a verdict comes each minute, stamped with its beginning


def look(here: Here) -> Iterator[Said]:
    times = [at / 1000 for one in here.influx.query(last_presence("10m")) for at in one.column("time")]
    if not times:
        yield error("it has written nothing within the last ten minutes")
    elif (age := int(here.clock.wall().timestamp() - max(times))) > FRESH:
        yield error(f"its last verdict is {age} s old")


CHECK = Check(
    "QN-D012",
    "presence",
    "Does presence say each minute who is observed?",
    "`systemctl status quannet-presence`, `journalctl -u quannet-presence`",
    look,
)
