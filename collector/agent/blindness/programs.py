"""Which programs are browsers, which make tunnels, and which are resolvers of this PC's own: a table."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

OWN = Path(__file__).with_name("programs.csv")
BROWSER, VPN, RESOLVER = "browser", "vpn", "resolver"
# Names that say nothing without their folder.
_FOLDERS = {"browser.exe": "coccoc"}


@dataclass(frozen=True)
class Program:
    kind: str
    name: str


@dataclass(frozen=True)
class Programs:
    """By the executable's name in lower case."""

    by_exe: Mapping[str, Program]

    @classmethod
    def own(cls) -> Programs:
        with OWN.open(encoding="utf-8", newline="") as file:
            return cls({row["exe"]: Program(row["kind"], row["name"]) for row in csv.DictReader(file)})

    def match(self, exe: str, path: str = "") -> Program | None:
        exe = exe.casefold()
        folder = _FOLDERS.get(exe)
        if folder is not None and folder not in path.casefold():
            return None
        return self.by_exe.get(exe)
