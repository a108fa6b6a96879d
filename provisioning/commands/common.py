"""What commands share: options, exit codes, and how a site, a deployment and a verdict are read and told."""

from __future__ import annotations

import json
import signal
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from collector.problem import Problem, Severity, as_json, as_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collector.deploy import Deploy
    from collector.supervised import Supervised
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


@contextmanager
def judging() -> Iterator[None]:
    """A database, broker or program that is not there leaves the question open: exit code 3."""
    from collector.influx import Unavailable

    try:
        yield
    except (OSError, RuntimeError, Unavailable) as fault:
        click.echo(f"error: {fault}", err=True)
        sys.exit(UNKNOWN)


def until_signal(supervised: Supervised | None = None) -> threading.Event:
    """Set by SIGTERM or Ctrl-C: the process then finishes the work in hand; its supervisor hears of it."""
    stop = threading.Event()

    def end(*_: object) -> None:
        stop.set()
        if supervised is not None:
            supervised.stopping()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    return stop


def read_deploy(path: Path) -> Deploy:
    from collector.deploy import load

    try:
        return load(path)
    except (OSError, ValueError) as fault:
        raise click.ClickException(str(fault)) from None


def read_site(path: Path) -> Site:
    """A site without errors; its problems, hints aside, are told on stderr."""
    from provisioning.site import load

    site, problems = load(path)
    serious = [problem for problem in problems if problem.severity < Severity.INFO]
    if serious:
        click.echo(as_text(serious), err=True)
    if site is None:
        sys.exit(FAULTS)
    return site


def report(problems: list[Problem], fail_on: str, as_json_text: bool) -> None:
    if as_json_text:
        click.echo(json.dumps({"problems": as_json(problems)}, ensure_ascii=False, indent=1))
    elif problems:
        click.echo(as_text(problems))
    else:
        click.echo("no problems", err=True)
    sys.exit(FAULTS if any(p.severity <= Severity[fail_on.upper()] for p in problems) else 0)
