"""The generated boards."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from provisioning.commands.common import (
    deploy_option,
    fail_on_option,
    json_option,
    judging,
    read_deploy,
    report,
)

if TYPE_CHECKING:
    from pathlib import Path


@click.group()
def dashboards() -> None:
    """The generated boards."""


@dashboards.command("list")
@deploy_option
def dashboards_list(deploy: Path) -> None:
    """Name the boards of a deployment."""
    from collector.conventions import DEPLOY_DASHBOARDS

    for path in sorted((deploy / DEPLOY_DASHBOARDS).glob("*.json")):
        click.echo(f"{path.stem}  {json.loads(path.read_text('utf-8'))['title']}")


@dashboards.command("check")
@deploy_option
@click.option("--empty-ok", is_flag=True, help="A panel may be empty: the site is new.")
@fail_on_option
@json_option
def dashboards_check(deploy: Path, empty_ok: bool, fail_on: str, as_json_text: bool) -> None:
    """Ask the deployment's database every query of every panel and variable."""
    from collector.clock import SystemClock
    from collector.conventions import DEPLOY_DASHBOARDS
    from collector.influx import Influx
    from dashboards.check import check as check_boards

    influx = Influx(read_deploy(deploy).influx)
    with judging():
        problems = check_boards(deploy / DEPLOY_DASHBOARDS, influx, SystemClock().wall(), full=not empty_ok)
    report(problems, fail_on, as_json_text)
