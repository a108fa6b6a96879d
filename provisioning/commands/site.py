"""The site folder: begin, check, generate, make its secrets."""

from __future__ import annotations

import sys
from pathlib import Path

import click

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


@click.command()
@click.argument("directory", type=folder)
def init(directory: Path) -> None:
    """Begin a new site folder as a copy of the example.

    Example: quannet init lao-cai && quannet check --site lao-cai
    """
    from provisioning import scaffold

    try:
        names = scaffold.init(directory)
    except OSError as fault:
        raise click.ClickException(str(fault)) from None
    for name in names:
        click.echo(directory / name)


@click.command()
@site_option
@click.option(
    "--deploy",
    type=folder,
    help="Check what `quannet provision` wrote there for Grafana, in place of a site.",
)
@fail_on_option
@json_option
def check(site: Path, deploy: Path | None, fail_on: str, as_json_text: bool) -> None:
    """Say everything that is wrong in a site folder, with its place and what to write.

    What would be generated from it is read as strictly as Grafana reads it, and where Grafana would only lose a
    misspelt key.

    Example: quannet check --site lao-cai
    """
    from provisioning import grafanatree
    from provisioning.site import load

    if deploy is not None:
        with judging():
            problems = grafanatree.of_deployment(deploy)
    else:
        loaded, problems = load(site)
        problems += [] if loaded is None else grafanatree.of_site(loaded)
    report(problems, fail_on, as_json_text)


@click.command()
@site_option
@click.option(
    "--out", type=folder, required=True, help="Folder to write; quannet removes only its own files."
)
@click.option("--diff", "show", is_flag=True, help="Show what would change; write nothing.")
@click.option("--check", "only_check", is_flag=True, help="Exit 1 if anything would change; write nothing.")
def provision(site: Path, out: Path, show: bool, only_check: bool) -> None:
    """Generate everything that the server runs: settings, roster, broker, database, Grafana, units.

    Example: quannet provision --site lao-cai --out /etc/quannet --diff
    """
    from provisioning import lock, plan

    planned = plan.plan(read_site(site))
    for uid, change in lock.changes(site, planned).items():
        forgets = "; a running Grafana forgets what it knew of it" if change == "changed" else ""
        click.echo(f"rule {uid} is {change}{forgets}", err=True)
    if show:
        click.echo(plan.diff(planned, out), nl=False)
    if show or only_check:
        sys.exit(0 if plan.is_current(planned, out) or not only_check else FAULTS)
    for path in plan.apply(planned, out):
        click.echo(path)
    if lock.write(site, planned):
        click.echo(f"{site / lock.NAME} names the rules as they are now: commit it with the site", err=True)


@click.command()
@site_option
def credentials(site: Path) -> None:
    """Make on this server what is missing of its certificate and of the venues' passwords.

    They lie in the site's secrets folder, readable by their owner alone, and in no generated file.
    """
    from collector.clock import SystemClock
    from collector.conventions import BROKER_USER
    from provisioning.credentials import ensure

    loaded = read_site(site)
    settings = loaded.settings
    made = ensure(
        Path(settings.secrets), [BROKER_USER, *loaded.venue_ids], [settings.broker.host], SystemClock()
    )
    click.echo(made.ca_file)
    for path in made.password_files.values():
        click.echo(path)
