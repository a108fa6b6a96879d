"""The lists of a site: those that `site.yaml` names, and the site's own `deny.txt` and `allow.txt`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioning.blocklists.source import ALLOW, DENY, Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from collector.document import Document
    from collector.problem import Problem
    from provisioning.settings import Settings

DENY_FILE, ALLOW_FILE = "deny.txt", "allow.txt"
PROHIBITED = "prohibited"  # category of what the authority itself denies
_OWN = "site"  # licence of the site's own lists


def sources(folder: Path, settings: Settings) -> tuple[Source, ...]:
    """In order of weight: the site's own lists first."""
    own = [
        Source(name, folder / file, PROHIBITED, True, _OWN, format="domains", own=True, allow=name == ALLOW)
        for name, file in ((DENY, DENY_FILE), (ALLOW, ALLOW_FILE))
        if (folder / file).exists()
    ]
    named = [
        Source(
            item.id,
            folder / item.path,
            item.category,
            item.authority,
            item.licence,
            item.version or "",
            item.format or "",
        )
        for item in settings.blocklists
    ]
    return (*own, *named)


def problems(folder: Path, document: Document, settings: Settings) -> Iterator[Problem]:
    """Faults of the section `blocklists` that no single value shows."""
    seen: dict[str, int] = {DENY: -1, ALLOW: -1}
    for i, item in enumerate(settings.blocklists):
        key = ("blocklists", i, "id")
        if item.id in seen:
            where = (
                f"line {document.place('blocklists', seen[item.id]).line}"
                if seen[item.id] >= 0
                else "quannet"
            )
            yield document.problem(
                "site/blocklists",
                key,
                f"the id {item.id!r} is that of another list ({where})",
                "choose another",
            )
        seen.setdefault(item.id, i)
        if not (folder / item.path).is_file():
            yield document.problem(
                "site/blocklists",
                ("blocklists", i, "path"),
                f"there is no file {item.path!r}",
                "write a path, absolute or from the site folder, of a list that was fetched",
            )
