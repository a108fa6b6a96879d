"""What quannet's own processes on the server read: settings and roster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from collector.conventions import BROKER_USER, DEPLOY_ROSTER, DEPLOY_SETTINGS
from collector.roster import dumps
from provisioning.render import as_toml
from provisioning.roster import roster
from provisioning.targets import influxdb

if TYPE_CHECKING:
    from provisioning.site import Site


STATE = "/var/lib/quannet"  # the units' own folder: dead letters, notices on their way


def render(site: Site) -> dict[str, str]:
    settings = site.settings
    influx, mail = settings.influx, settings.mail
    tables: dict[str, dict[str, Any]] = {
        "site": {
            "name": settings.name,
            "language": settings.language,
            "preview_url": settings.preview.url,
        },
        "influx": {
            "url": influx.url,
            "database": influx.database,
            "api": influx.api,
            "org": influx.org,
            "secret_file": influx.secret_file,
        },
        "keep": {
            "database": settings.summaries,
            "raw_days": settings.keep.raw_days,
            "summary_days": settings.keep.summary_days,
        },
        "broker": {
            "host": settings.broker.host,
            "port": settings.broker.port,
            "ca_file": settings.ca_file,
            "user": BROKER_USER,
            "password_file": settings.broker_password_file,
        },
        "mail": {
            "host": mail.host,
            "port": mail.port,
            "sender": mail.sender,
            "recipients": list(mail.recipients),
            "starttls": mail.starttls,
            "user": mail.user,
            "password_file": mail.password_file,
        },
    }
    tables["disk"] = {"folders": _folders(site)}
    if settings.offer is not None:
        tables["blocklist"] = {"file": settings.offer.file, "url": settings.offer.url}
    return {str(DEPLOY_SETTINGS): as_toml(tables), str(DEPLOY_ROSTER): dumps(roster(site))}


def _folders(site: Site) -> list[str]:
    """What must not run full on the server."""
    return [STATE, influxdb.DATA] if influxdb.is_here(site.settings.influx.url) else [STATE]
