"""Whether the compiled list of sites can be offered, and is built every day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.herald import offer
from provisioning.doctor.check import Check, error, warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioning.doctor.check import Here, Said

DAYS = 3


def look(here: Here) -> Iterator[Said]:
    offered = here.deploy.blocklist
    if offered is None:
        return
    try:
        offer(offered.file, offered.url)
    except (OSError, ValueError) as fault:
        yield error(f"it cannot be offered: {fault}")
        return
    days = int(here.clock.wall().timestamp() - offered.file.stat().st_mtime) // 86_400
    if days >= DAYS:
        yield warning(f"it was last built {days} days ago")


CHECK = Check(
    "QN-D015",
    "offer",
    "Is the list of sites whole, and built within the last days?",
    "run `quannet blocklist build` each day; a site without `offer` needs none",
    look,
)
