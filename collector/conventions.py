"""Names that several parts must spell alike and that Grafana keeps for ever."""

from __future__ import annotations

from pathlib import PurePosixPath

DATASOURCE_UID = "quannet-influxdb"
FOLDER = "quannet"  # of boards and rules in Grafana
BOARD_PROVINCE = "quannet-province"
BOARD_VENUE = "quannet-venue"
BOARD_SITES = "quannet-sites"

# What `provision` writes, relative to its output folder.
DEPLOY_SETTINGS = PurePosixPath("server.toml")
DEPLOY_ROSTER = PurePosixPath("roster.json")
DEPLOY_DASHBOARDS = PurePosixPath("grafana/dashboards")
DEPLOY_DATASOURCES = PurePosixPath("grafana/provisioning/datasources")
DEPLOY_PROVIDERS = PurePosixPath("grafana/provisioning/dashboards")
DEPLOY_ALERTING = PurePosixPath("grafana/provisioning/alerting")

# The server's own account at the broker. A venue's user name is its id, which holds no colon or dot.
BROKER_USER = "quannet.server"
