"""Policies, and the alert rules that they become."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from collector.problem import as_text
from provisioning.commands.common import (
    FAULTS,
    fail_on_option,
    folder,
    json_option,
    judging,
    read_site,
    report,
    site_option,
)

if TYPE_CHECKING:
    from pathlib import Path


@click.group()
def rules() -> None:
    """Policies, and the alert rules that they become."""


@rules.command("list")
@site_option
@json_option
def rules_list(site: Path, as_json_text: bool) -> None:
    """Name each policy: whom it binds, since when, how serious it is."""
    policies = read_site(site).policies
    rows = [
        {
            "id": policy.id,
            "binds": list(policy.binds),
            "from": str(policy.in_force.valid_from),
            "to": None if policy.in_force.valid_to is None else str(policy.in_force.valid_to),
            "severity": policy.severity,
            "title": policy.title.en,
        }
        for policy in policies
    ]
    if as_json_text:
        click.echo(json.dumps({"policies": rows}, ensure_ascii=False, indent=1))
        return
    for policy, row in zip(policies, rows, strict=True):
        binds = ", ".join(policy.binds)
        click.echo(
            f"{row['id']:23} {row['severity']:9} {row['from']}–{row['to'] or '':10} {binds:12} {row['title']}"
        )


@rules.command("lint")
@site_option
@fail_on_option
@json_option
def rules_lint(site: Path, fail_on: str, as_json_text: bool) -> None:
    """Check each policy: legal basis, query, `for` against the interval, runbook, scenario."""
    from alerts.checks import lint
    from provisioning.targets.grafana import alert_context

    loaded = read_site(site)
    report(lint(loaded.policies, alert_context(loaded)), fail_on, as_json_text)


@rules.command("test")
@site_option
@click.option(
    "--scenarios", type=folder, help="Folder of scenarios (default: those that come with the policies)."
)
@json_option
def rules_test(site: Path, scenarios: Path | None, as_json_text: bool) -> None:
    """Play the scenarios: series into a real InfluxDB, the generated rules on them, who fires when.

    Starts an InfluxDB of its own in a temporary folder. Times are those of Asia/Ho_Chi_Minh.
    """
    from alerts import results
    from provisioning.rehearsal import rehearse

    with judging():
        report = rehearse(read_site(site), None if scenarios is None else [(scenarios, str(scenarios))])
    if as_json_text:
        click.echo(json.dumps(results.as_json(report), ensure_ascii=False, indent=1))
    else:
        click.echo(as_text(report.problems) + results.as_text(report.results), nl=False)
    sys.exit(0 if report.passed else FAULTS)
