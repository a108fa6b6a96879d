"""What the site says of a list that it uses, and a list that was read for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector.agent.blocklist.layout import HINT, VIOLATION, Group

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from pathlib import Path

UNKNOWN_LICENCE = "unknown"
DENY, ALLOW = "site-deny", "site-allow"  # ids of the site's own lists


@dataclass(frozen=True)
class Source:
    """`authority`: the list of the state body itself, the only one of which a hit is a violation.

    `version` and `format` are told by the file's content where they are empty. `own`: people of the site
    write it, so that it may be empty and every line is meant; `allow`: its names are exceptions.
    """

    id: str
    path: Path
    category: str
    authority: bool = False
    licence: str = UNKNOWN_LICENCE
    version: str = ""
    format: str = ""
    own: bool = False
    allow: bool = False

    def group(self, version: str) -> Group:
        """What a hit in this list names."""
        grade = VIOLATION if self.authority else HINT
        return Group(self.id, self.category, grade, self.version or version, self.licence)


@dataclass(frozen=True)
class Listed:
    """A source's names, ready to be compiled."""

    group: Group
    names: AbstractSet[str]
    exceptions: AbstractSet[str] = frozenset()
