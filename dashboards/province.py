"""The province board."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.conventions import BOARD_PROVINCE
from dashboards import kit

if TYPE_CHECKING:
    from dashboards.context import BoardContext

UID = BOARD_PROVINCE


def build(context: BoardContext) -> kit.Dashboard:
    return kit.Dashboard(
        title=context.site, uid=UID, refresh=context.refresh, schemaVersion=kit.SCHEMA_VERSION
    )
