"""Whether the compiled roster can be read, and has anybody in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioning.doctor.check import Check, error, warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioning.doctor.check import Here, Said


def look(here: Here) -> Iterator[Said]:
    try:
        roster = here.deploy.roster().get()
    except (OSError, ValueError) as fault:
        yield error(f"it cannot be read: {fault}")
        return
    if not any(venue.pcs for venue in roster.venues):
        yield warning("it has no PC: every message will be refused")


CHECK = Check(
    "QN-D003",
    "roster",
    "Can the roster be read, and has it PCs?",
    "`quannet check` the site folder, then `quannet provision` it again",
    look,
)
