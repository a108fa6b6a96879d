"""The database of Debian (InfluxDB 1.6) where it runs on the same machine; one elsewhere is left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from provisioning.render import as_toml

if TYPE_CHECKING:
    from provisioning.site import Site

CONFIG = "influxdb/influxdb.conf"

DATA = "/var/lib/influxdb"


def is_here(url: str) -> bool:
    """Whether a database's address is on the server itself."""
    return urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}


def render(site: Site) -> dict[str, str]:
    influx = site.settings.influx
    url = urlsplit(influx.url)
    if url.hostname not in {"127.0.0.1", "localhost"} or url.scheme != "http":
        return {}
    tables: dict[str, dict[str, Any]] = {
        # It must not call home. The port below is for backups; it too answers on loopback only.
        "": {"reporting-disabled": True, "bind-address": "127.0.0.1:8088"},
        "meta": {"dir": f"{DATA}/meta"},
        "data": {
            "dir": f"{DATA}/data",
            "wal-dir": f"{DATA}/wal",
            "index-version": "tsi1",  # the index on disk: memory does not grow with the years
            "query-log-enabled": False,
        },
        "coordinator": {"query-timeout": "30s", "max-concurrent-queries": 50},
        "retention": {"enabled": True},
        "monitor": {"store-enabled": False},
        "subscriber": {"enabled": False},
        "http": {
            "bind-address": f"127.0.0.1:{url.port or 8086}",
            "auth-enabled": influx.secret_file is not None,
            "log-enabled": False,
        },
        "logging": {"level": "warn"},
    }
    return {CONFIG: as_toml(tables)}
