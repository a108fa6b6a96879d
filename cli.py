"""The command `quannet`: parse, call one function, render, exit."""

from __future__ import annotations

import json
import logging
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from collector.problem import Problem, Severity, as_json, as_text

if TYPE_CHECKING:
    from collector.deploy import Deploy
    from provisioning.site import Site

FAULTS, UNKNOWN = 1, 3  # exit codes; 0 is clean, 2 wrong usage (click's own)

folder = click.Path(path_type=Path, file_okay=False)
site_option = click.option("--site", type=folder, default=Path(), help="Site folder (default: here).")
deploy_option = click.option("--deploy", type=folder, required=True, help="What `quannet provision` wrote.")
json_option = click.option("--json", "as_json_text", is_flag=True, help="The result as JSON on stdout.")
fail_on_option = click.option(
    "--fail-on",
    type=click.Choice([s.name.lower() for s in Severity]),
    default="warning",
    help="Mildest problem that gives exit code 1 (default: warning).",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="quannet")
def main() -> None:
    """Supervise a province's public Internet access points and public game points.

    Exit codes: 0 clean, 1 problems found or a test failed, 2 wrong usage, 3 could not judge.
    """
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")


# --- the site folder -------------------------------------------------------------------------------


@main.command()
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


@main.command()
@site_option
@fail_on_option
@json_option
def check(site: Path, fail_on: str, as_json_text: bool) -> None:
    """Say everything that is wrong in a site folder, with its place and what to write.

    Example: quannet check --site lao-cai
    """
    from provisioning.site import load

    _report(load(site)[1], fail_on, as_json_text)


@main.command()
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

    planned = plan.plan(_load(site))
    if show:
        click.echo(plan.diff(planned, out), nl=False)
    if show or only_check:
        sys.exit(0 if plan.is_current(planned, out) or not only_check else FAULTS)
    for path in plan.apply(planned, out):
        click.echo(path)
    if lock.write(site, planned):
        click.echo(f"{site / lock.NAME} names the rules as they are now: commit it with the site", err=True)


@main.command()
@site_option
def credentials(site: Path) -> None:
    """Make on this server what is missing of its certificate and of the venues' passwords.

    They lie in the site's secrets folder, readable by their owner alone, and in no generated file.
    """
    from collector.clock import SystemClock
    from collector.conventions import BROKER_USER
    from provisioning.credentials import ensure

    loaded = _load(site)
    settings = loaded.settings
    made = ensure(
        Path(settings.secrets), [BROKER_USER, *loaded.venue_ids], [settings.broker.host], SystemClock()
    )
    click.echo(made.ca_file)
    for path in made.password_files.values():
        click.echo(path)


# --- the server's processes ------------------------------------------------------------------------


@main.command()
@deploy_option
@click.option("--worker", default="1", help="A name of its own for each ingest process (default: 1).")
@click.option("--state", type=folder, default=Path("/var/lib/quannet"), help="Where dead letters are kept.")
def ingest(deploy: Path, worker: str, state: Path) -> None:
    """Take messages from the broker into InfluxDB, and acknowledge what is stored."""
    from collector.clock import SystemClock
    from collector.influx import Influx
    from collector.ingest.consumer import Ingest
    from collector.ingest.deadletter import DeadLetters

    settings, clock = _deploy(deploy), SystemClock()
    Ingest(
        worker=worker,
        broker=settings.broker,
        roster=settings.roster(),
        influx=Influx(settings.influx),
        dead_letters=DeadLetters(state, clock),
        clock=clock,
        stop=_until_signal(),
    ).run()


@main.command()
@deploy_option
@click.option(
    "--every", type=click.IntRange(1, 3600), default=60, help="Seconds between two verdicts (default: 60)."
)
def presence(deploy: Path, every: int) -> None:
    """Say each minute of each registered PC whether it is observed, and why not."""
    from collector.clock import SystemClock
    from collector.influx import Influx
    from collector.presence import Presencer

    settings = _deploy(deploy)
    Presencer(
        broker=settings.broker,
        roster=settings.roster(),
        influx=Influx(settings.influx),
        clock=SystemClock(),
        stop=_until_signal(),
        every=every,
    ).run()


@main.command()
@deploy_option
@click.option(
    "--state", type=folder, default=Path("/var/lib/quannet"), help="Where firing instances are kept."
)
def watch(deploy: Path, state: Path) -> None:
    """Evaluate the generated alert rules and send their mails, where there is no Grafana."""
    from alerts.engine.watch import run
    from collector.clock import SystemClock

    run(_deploy(deploy), state, SystemClock(), _until_signal())


@main.command()
@deploy_option
@click.option("--host", default="127.0.0.1", help="Address to listen on (default: loopback only).")
@click.option("--port", type=click.IntRange(1, 65_535), help="Default: that of the site's preview address.")
def preview(deploy: Path, host: str, port: int | None) -> None:
    """Show the generated boards with live data on a web page, where there is no Grafana."""
    from collector.conventions import DEPLOY_DASHBOARDS
    from collector.influx import Influx
    from dashboards.preview.server import create_app, serve

    settings = _deploy(deploy)
    app = create_app(deploy / DEPLOY_DASHBOARDS, Influx(settings.influx), settings.language)
    serve(app, host, port or urlsplit(settings.preview_url).port or 80, _until_signal())


@main.command()
@click.option(
    "--for", "seconds", type=click.FloatRange(min=1), help="Stop by itself, and exit 0 only if all was seen."
)
@click.option(
    "--language", type=click.Choice(["vi", "en"]), default="vi", help="Of mails and boards (default: vi)."
)
def demo(seconds: float | None, language: str) -> None:
    """Run everything on this machine: a province of simulated PCs, and this PC playing after hours.

    Example: quannet demo --for 90
    """
    from collector.clock import SystemClock
    from provisioning.demo.play import Demo

    try:
        shortfalls = Demo(SystemClock(), _until_signal(), click.echo, language, seconds).run()
    except (OSError, RuntimeError) as fault:
        click.echo(f"error: {fault}", err=True)
        sys.exit(UNKNOWN)
    for shortfall in shortfalls:
        click.echo(f"not as promised: {shortfall}")
    click.echo(
        "everything was as promised" if not shortfalls else f"{len(shortfalls)} promises were not kept"
    )
    sys.exit(FAULTS if shortfalls and seconds is not None else 0)


@main.command(hidden=True)
@click.option("--out", type=folder, required=True, help="The folder docs/.")
@click.option("--check", "only_check", is_flag=True, help="Exit 1 if a page would change; write nothing.")
def manual(out: Path, only_check: bool) -> None:
    """Write the generated pages of the manual: schema and command line."""
    from provisioning.manual import pages

    changed = [name for name, text in pages(main).items() if _differs(out / name, text)]
    if not only_check:
        for name in changed:
            (out / name).write_text(pages(main)[name], "utf-8")
    for name in changed:
        click.echo(out / name)
    sys.exit(FAULTS if changed and only_check else 0)


def _differs(path: Path, text: str) -> bool:
    return not path.exists() or path.read_text("utf-8") != text


def _until_signal() -> threading.Event:
    """Set by SIGTERM or Ctrl-C: the process then finishes the work in hand."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _deploy(path: Path) -> Deploy:
    from collector.deploy import load

    try:
        return load(path)
    except (OSError, ValueError) as fault:
        raise click.ClickException(str(fault)) from None


def _load(path: Path) -> Site:
    """A site without errors; its problems, hints aside, are told on stderr."""
    from provisioning.site import load

    site, problems = load(path)
    serious = [problem for problem in problems if problem.severity < Severity.INFO]
    if serious:
        click.echo(as_text(serious), err=True)
    if site is None:
        sys.exit(FAULTS)
    return site


def _report(problems: list[Problem], fail_on: str, as_json_text: bool) -> None:
    if as_json_text:
        click.echo(json.dumps({"problems": as_json(problems)}, ensure_ascii=False, indent=1))
    elif problems:
        click.echo(as_text(problems))
    else:
        click.echo("no problems", err=True)
    sys.exit(FAULTS if any(p.severity <= Severity[fail_on.upper()] for p in problems) else 0)


if __name__ == "__main__":
    main()
