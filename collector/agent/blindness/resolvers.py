"""The known resolvers that answer over HTTPS: data of ours, with a file of the site's beside it."""

from __future__ import annotations

import csv
import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from collector.problem import Place, Problem, error, in_order

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OWN = Path(__file__).with_name("resolvers.csv")
COLUMNS = ("id", "value", "source")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_NAME = re.compile(r"(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{1,62}")


@dataclass(frozen=True)
class Resolvers:
    """`addresses`, `names` and `below` (for `*.name`) each lead to the id of a resolver."""

    addresses: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    below: Mapping[str, str] = field(default_factory=dict)

    def of_address(self, address: str) -> str | None:
        return self.addresses.get(address)

    def of_name(self, name: str) -> str | None:
        if name in self.names:
            return self.names[name]
        rest = name.partition(".")[2]
        while rest:
            if rest in self.below:
                return self.below[rest]
            rest = rest.partition(".")[2]
        return None

    def and_(self, more: Resolvers) -> Resolvers:
        """Both; where they disagree the other one is right."""
        return Resolvers(
            {**self.addresses, **more.addresses},
            {**self.names, **more.names},
            {**self.below, **more.below},
        )


def load(path: Path) -> tuple[Resolvers | None, list[Problem]]:
    """Read a list. None where anything is wrong with it."""
    addresses: dict[str, str] = {}
    names: dict[str, str] = {}
    below: dict[str, str] = {}
    problems: list[Problem] = []
    for line, row in _rows(path, problems):
        ident, value = row["id"].strip(), row["value"].strip().lower()
        if not _ID.fullmatch(ident):
            hint = "write a short word of a-z, 0-9 and -, such as google"
            problems.append(error("resolvers/id", f"{ident!r} is no id", hint, Place(str(path), line)))
        elif (address := _address(value)) is not None:
            addresses[address] = ident
        elif _NAME.fullmatch(value):
            (below if value.startswith("*.") else names)[value.removeprefix("*.")] = ident
        else:
            hint = "write an address (8.8.8.8), a name (dns.google), or *.name for all names below it"
            problems.append(
                error(
                    "resolvers/value", f"{value!r} is neither address nor name", hint, Place(str(path), line)
                )
            )
    return (None if problems else Resolvers(addresses, names, below)), in_order(problems)


def _address(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None


def _rows(path: Path, problems: list[Problem]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restval="", restkey="", strict=True)
            missing = [name for name in COLUMNS[:2] if name not in (reader.fieldnames or ())]
            if missing:
                summary = f"columns missing: {', '.join(missing)}"
                hint = f"the first line is {','.join(COLUMNS)}"
                problems.append(error("resolvers/columns", summary, hint, Place(str(path), 1)))
                return
            for row in reader:
                yield reader.line_num, row
    except (UnicodeDecodeError, csv.Error) as fault:
        problems.append(
            error("resolvers/file", f"cannot be read: {fault}", "write it as UTF-8 CSV", Place(str(path)))
        )
