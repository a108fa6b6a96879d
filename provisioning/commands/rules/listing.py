"""`quannet rules list`: each policy on a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from collector.schema import CLASSES
from provisioning.commands.common import json_option, read_site, site_option

if TYPE_CHECKING:
    from pathlib import Path

    from alerts.policy import Policy
    from alerts.rule import AlertContext

_HEAD = ("policy", "severity", "of", "basis", "since", "binds")


@click.command("list")
@site_option
@json_option
def rules_list(site: Path, as_json_text: bool) -> None:
    """Name each policy: whom it binds, since when, how serious it is here, and how sure its legal basis is.

    The severity is info where nobody has confirmed the basis; `alerting.confirmed` of site.yaml does. `no list`:
    there is no such rule until the site has made the list that the policy asks for.
    """
    from alerts.table import columns
    from provisioning.targets.grafana import alert_context

    loaded = read_site(site)
    context = alert_context(loaded)
    rows = [_row(policy, context) for policy in loaded.policies]
    if as_json_text:
        click.echo(json.dumps({"policies": rows}, ensure_ascii=False, indent=1))
        return
    cells = [
        (
            row["id"],
            row["severity"] if row["rule"] else "no list",
            row["subject"],
            row["confidence"],
            row["from"] if row["to"] is None else f"{row['from']}–{row['to']}",
            _whom(row),
        )
        for row in rows
    ]
    click.echo(columns([_HEAD, *cells], gap=1), nl=False)


def _whom(row: dict[str, Any]) -> str:
    classes = "all" if set(row["binds"]) in (set(), set(CLASSES)) else ", ".join(row["binds"])
    return " in ".join(part for part in (classes, ", ".join(row["places"])) if part)


def _row(policy: Policy, context: AlertContext) -> dict[str, Any]:
    from alerts.compile import compile_policy

    period = policy.in_force
    return {
        "id": policy.id,
        "title": policy.title.say(context.language),
        "severity": context.severity(policy),
        "confidence": "confirmed here" if policy.id in context.confirmed else policy.basis.confidence,
        "subject": policy.flags.by,
        "each": list(policy.flags.each),
        "binds": list(policy.binds),
        "places": list(policy.places),
        "from": str(period.valid_from),
        "to": None if period.valid_to is None else str(period.valid_to),
        "audience": policy.audience,
        "rule": compile_policy(policy, context) is not None,
    }
