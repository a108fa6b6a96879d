"""Whether all that agents numbered is stored."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provisioning.commands.common import (
    FAULTS,
    UNKNOWN,
    deploy_option,
    folder,
    json_option,
    judging,
    read_deploy,
)

if TYPE_CHECKING:
    from collector.clock import Clock

MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
QUERY_TIMEOUT = 60.0  # seconds; the database itself gives a query up after 30


@click.command()
@deploy_option
@click.option("--from", "since", type=MOMENT, help="Local time (default: yesterday's midnight).")
@click.option(
    "--to", "until", type=MOMENT, help="Local time (default: today's midnight, or now if that is past)."
)
@click.option("--venue", help="This venue alone.")
@click.option(
    "--state",
    type=folder,
    default=Path("/var/lib/quannet"),
    help="Where dead letters are kept: they explain gaps.",
)
@json_option
def audit(
    deploy: Path,
    since: datetime | None,
    until: datetime | None,
    venue: str | None,
    state: Path,
    as_json_text: bool,
) -> None:
    """Compare the numbers that agents gave their messages with those that are stored.

    Names each gap with what explains it, numbers stored twice (a copied disk), two PCs under one name, and
    agents installed anew. Exit 0 where nothing is missing or doubled, 1 where something is.

    Example: quannet audit --deploy /etc/quannet --from 2026-03-02 --to 2026-03-03 --venue yb-0012
    """
    from collector.audit import say, sweep
    from collector.clock import SystemClock
    from collector.influx import Influx, Refused
    from collector.ingest.deadletter import numbers, read

    settings = read_deploy(deploy)
    begin, end = _period(since, until, SystemClock())
    if begin >= end:
        raise click.UsageError("--from is not before --to")
    shown = sys.stderr.isatty()
    with judging():
        influx = Influx(settings.influx, timeout=QUERY_TIMEOUT)
        try:
            found = sweep.audit(
                influx,
                begin,
                end,
                venue=venue,
                refused=numbers(read(state)),
                progress=lambda text: click.echo(f"\r{text:60}", err=True, nl=False) if shown else None,
            )
        except Refused as fault:
            click.echo(f"error: {fault}", err=True)
            sys.exit(UNKNOWN)
        finally:
            influx.close()
    if shown:
        click.echo("\r", err=True, nl=False)
    if as_json_text:
        click.echo(json.dumps(say.as_json(found), indent=1))
    else:
        click.echo(say.as_text(found), nl=False)
        click.echo(say.summary(found), err=True)
    sys.exit(0 if found.is_clean else FAULTS)


def _period(since: datetime | None, until: datetime | None, clock: Clock) -> tuple[int, int]:
    """Epoch seconds; by default yesterday."""
    from collector.clock import LOCAL, local

    now = local(clock.wall())
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    begin = midnight - timedelta(days=1) if since is None else since.replace(tzinfo=LOCAL)
    end = (midnight if begin < midnight else now) if until is None else until.replace(tzinfo=LOCAL)
    return int(begin.timestamp()), int(end.timestamp())
