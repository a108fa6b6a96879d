"""A site folder as the checks of policies and the scenario tests look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts import bench
from provisioning.targets.grafana import alert_context

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from provisioning.site import Site

SCENARIOS = "scenarios"
DOCS = "docs"


def of_site(site: Site, folder: Path, today: date) -> bench.Bench:
    """The site's own pages and scenarios stand behind those that quannet brings, so that they count."""
    places: dict[str, tuple[tuple[date, date | None], ...]] = {}
    for row in site.places:
        places[row.code] = (*places.get(row.code, ()), (row.valid_from, row.valid_to))
    return bench.Bench(
        alert_context(site),
        site.policies,
        today,
        places,
        (*bench.DOCS, folder / DOCS),
        tuple(path for path, _ in scenario_folders(folder)),
    )


def scenario_folders(folder: Path) -> list[tuple[Path, str]]:
    """Those that quannet brings and the site's own, with the names by which messages call them."""
    found = [(path, f"alerts/{path.name}") for path in bench.SCENARIOS]
    own = folder / SCENARIOS
    return [*found, (own, str(own))] if own.is_dir() else found
