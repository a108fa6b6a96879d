"""A registry of any size from a seed, for a province that nobody has: in place of the example's `venues.csv`."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from collector.simulate.seeded import seeded
from provisioning.scaffold import EXAMPLE
from provisioning.site import PLACES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

_SINCE = "2025-07-01"
_CLASSES = {"game": 60, "agent": 25, "hospitality": 10, "isp": 5}  # by their weights
_COLUMNS = ("id", "name", "class", "place", "address", "lat", "lon", "pcs", "own_hours", "valid_from")


def registry(venues: int, pcs: int, seed: int = 1) -> str:
    """So many venues of so many PCs each, spread over the communes of the example's `places.csv`."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_rows(venues, pcs, seeded(seed, "registry")))
    return text.getvalue()


def _rows(venues: int, pcs: int, random: Random) -> Iterator[dict[str, object]]:
    communes = _communes()
    for number in range(1, venues + 1):
        commune = random.choice(communes)
        (klass,) = random.choices([*_CLASSES], [*_CLASSES.values()])
        yield {
            "id": f"mp-{number:04}",
            "name": f"Điểm mô phỏng {number}",
            "class": klass,
            "place": commune["code"],
            "address": f"Số {random.randint(1, 300)}, {commune['name']}",
            "lat": round(float(commune["lat"]) + random.uniform(-0.03, 0.03), 4),
            "lon": round(float(commune["lon"]) + random.uniform(-0.03, 0.03), 4),
            "pcs": pcs,
            "own_hours": "06:00-23:30" if klass == "hospitality" else "",
            "valid_from": _SINCE,
        }


def _communes() -> list[dict[str, str]]:
    """Those of today."""
    with (EXAMPLE / PLACES).open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["kind"] == "commune" and not row["valid_to"]]
