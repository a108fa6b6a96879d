"""The boards: each a module that builds a dashboard with grafanalib; `render` gives the JSON that Grafana loads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboards import kit, province, sites, venue
from dashboards.context import BoardContext

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["DASHBOARDS", "BoardContext", "render"]

DASHBOARDS: tuple[ModuleType, ...] = (province, venue, sites)


def render(context: BoardContext) -> dict[str, str]:
    """File name -> JSON text, one file a board; the same context gives the same bytes."""
    return {f"{board.UID}.json": kit.to_json(board.build(context)) for board in DASHBOARDS}
