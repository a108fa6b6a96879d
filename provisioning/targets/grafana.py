"""Grafana: data source, boards and their provider, alert rules and where their notices go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import alerts.grafana
import dashboards
from alerts.compile import compile_all
from alerts.rule import AlertContext, Office, ProvincialHours
from collector.conventions import (
    DATASOURCE_UID,
    DEPLOY_ALERTING,
    DEPLOY_DASHBOARDS,
    DEPLOY_DATASOURCES,
    DEPLOY_PROVIDERS,
    FOLDER,
)
from provisioning.render import as_yaml

if TYPE_CHECKING:
    from provisioning.site import Site


def render(site: Site) -> dict[str, str]:
    context = dashboards.BoardContext(site.settings.language, site.settings.name, _places(site))
    boards = {str(DEPLOY_DASHBOARDS / name): text for name, text in dashboards.render(context).items()}
    return {
        str(DEPLOY_DATASOURCES / "quannet.yaml"): as_yaml(_datasources(site)),
        str(DEPLOY_PROVIDERS / "quannet.yaml"): as_yaml(_providers(site)),
        **boards,
        **{str(DEPLOY_ALERTING / name): text for name, text in _alerting(site).items()},
    }


def _alerting(site: Site) -> dict[str, str]:
    context = alert_context(site)
    return alerts.grafana.render(compile_all(site.policies, context), context)


def alert_context(site: Site) -> AlertContext:
    """What the site decides about its alerts; rules that vanished since the lock are to be deleted."""
    settings = site.settings
    return AlertContext(
        language=settings.language,
        every=settings.alerting.every,
        for_override=settings.alerting.lasting,
        provincial=tuple(
            ProvincialHours(
                decision.classes,
                decision.valid_from,
                decision.valid_to,
                decision.open if isinstance(decision.open, tuple) else (),
                decision.basis,
            )
            for decision in settings.hours
        ),
        confirmed=settings.alerting.confirmed,
        lists={"unlisted-games": site.unlisted_games},
        office=Office(settings.alerting.office.days, settings.alerting.office.hours),
        mail_recipients=settings.mail.recipients,
        administrators=settings.mail.administrators,
        docs_url=settings.docs or "",
        preview_url=settings.preview.url,
        retired=site.locked,
    )


def _datasources(site: Site) -> dict[str, Any]:
    influx = site.settings.influx
    json_data = {
        "dbName": alerts.grafana.dollars(influx.database),
        "httpMode": "GET",
        "version": "InfluxQL",
        "timeInterval": "1m",  # presence and most sensors write once a minute: finer buckets would be empty
    }
    source: dict[str, Any] = {
        "name": "quannet",
        "type": "influxdb",
        "uid": DATASOURCE_UID,
        "orgId": 1,
        "access": "proxy",
        "url": influx.url,
        "editable": False,
        "jsonData": json_data,
    }
    header = _authorization(site)
    if header is not None:
        json_data["httpHeaderName1"] = "Authorization"
        source["secureJsonData"] = {"httpHeaderValue1": header}
    return {"apiVersion": 1, "datasources": [source]}


def _authorization(site: Site) -> str | None:
    """The header by the file that holds it: Grafana reads it, no secret stands in a generated text."""
    settings = site.settings
    if settings.grafana.authorization_file is not None:
        return f"$__file{{{settings.grafana.authorization_file}}}"
    if settings.influx.secret_file is not None:
        return f"Token $__file{{{settings.influx.secret_file}}}"
    return None


def _providers(site: Site) -> dict[str, Any]:
    provider = {
        "name": "quannet",
        "orgId": 1,
        "folder": FOLDER,
        "type": "file",
        "disableDeletion": False,
        "allowUiUpdates": False,
        "updateIntervalSeconds": 60,
        "options": {"path": f"{site.settings.deploy}/{DEPLOY_DASHBOARDS}"},
    }
    return {"apiVersion": 1, "providers": [provider]}


def _places(site: Site) -> tuple[tuple[str, str], ...]:
    """Code and newest name of the places that have venues, in the order of the Latin alphabet."""
    used = {row.place for row in site.venues}
    newest = {place.code: place for place in site.places if place.code in used}
    shown = sorted(newest.values(), key=lambda place: (place.name_en, place.code))
    return tuple(
        (place.code, place.name if site.settings.language == "vi" else place.name_en) for place in shown
    )
