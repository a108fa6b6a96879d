"""Panel shapes, variables and targets: the only module that sees grafanalib, and where its defects are mended."""

from __future__ import annotations

import json
from typing import Any

import attr
from grafanalib import core
from grafanalib._gen import DashboardEncoder

SCHEMA_VERSION = 41


@attr.s
class Dashboard(core.Dashboard):  # type: ignore[misc] # grafanalib is untyped
    """A dashboard of schema 41 without the keys that Grafana has buried."""

    def to_json_data(self) -> dict[str, Any]:
        data: dict[str, Any] = super().to_json_data()
        return data


def to_json(dashboard: Dashboard) -> str:
    """Sorted and without nulls, so that the same board gives the same bytes."""
    data = json.loads(json.dumps(dashboard.to_json_data(), cls=DashboardEncoder))
    return json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
