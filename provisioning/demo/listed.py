"""A site on the authority's list, on this machine: the list, its delivery, and visits with a real program."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self

from provisioning.blocklists.build import build
from provisioning.blocklists.source import Source
from provisioning.local.shelf import Shelf
from provisioning.local.website import Website

if TYPE_CHECKING:
    from pathlib import Path

DOMAIN = "danh-bac.test"  # no real name ends in .test (RFC 6761)
LIST = "blocklist"


class ListedSite:
    """Served and listed when the constructor returns."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        with ExitStack() as ends:
            shelf = ends.enter_context(Shelf(folder / "shelf"))
            self._website = ends.enter_context(Website(DOMAIN, folder / "website"))
            names = folder / "names.txt"
            names.write_text(f"{DOMAIN}\n", "utf-8")
            build([Source("authority", names, "gambling", authority=True)], shelf.folder / LIST)
            self.offer: dict[str, Any] = {"file": str(shelf.folder / LIST), "url": shelf.url(LIST)}
            self._ends = ends.pop_all()

    def visit(self) -> bool:
        """Whether the page was served."""
        return self._website.visit()

    def run(self, *command: str, within: float) -> int:
        """The exit code of a program that asks the site's resolver for names."""
        return self._website.run(*command, within=within)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()
