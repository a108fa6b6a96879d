"""A fleet of simulated PCs against a deployment, over the real protocol."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, TypeVar

import click

from provisioning.commands.common import (
    FAULTS,
    UNKNOWN,
    deploy_option,
    folder,
    json_option,
    judging,
    read_deploy,
    until_signal,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from collector.deploy import Deploy
    from collector.simulate.fleet import Fleet

Value = TypeVar("Value")


@click.command()
@deploy_option
@click.option(
    "--secrets", type=folder, help="Folder of the venues' passwords (default: that of the broker's ca_file)."
)
@click.option("--pcs", type=click.IntRange(1), help="How many (default: all that are registered).")
@click.option(
    "--every",
    type=click.IntRange(1, 3600),
    default=30,
    help="Seconds between two messages of a PC (default: 30).",
)
@click.option("--seed", type=int, default=1, help="The same seed, the same fleet (default: 1).")
@click.option(
    "--for",
    "seconds",
    type=click.FloatRange(min=1),
    help="Seconds, from when all are connected (default: until Ctrl-C).",
)
@click.option(
    "--part",
    default="1/1",
    metavar="K/N",
    help="The K-th of N parts of the fleet, to split it over processes.",
)
@click.option(
    "--liars",
    multiple=True,
    metavar="[KIND=]SHARE",
    help="Share of PCs that lie; a bare share is divided among all kinds.",
)
@click.option(
    "--cut",
    "cuts",
    multiple=True,
    metavar="SHARE@FROM-TO[/pcs]",
    help="Share of the venues (or PCs) that is offline between two seconds since the start.",
)
@click.option(
    "--backlog", type=click.IntRange(0), default=0, help="Messages of an outage that every PC begins with."
)
@click.option(
    "--ramp", type=click.FloatRange(min=1), default=200, help="Connections begun a second (default: 200)."
)
@click.option(
    "--patience",
    type=click.FloatRange(min=0),
    default=60,
    help="Seconds to deliver, after --for, what is still held (default: 60).",
)
@click.option(
    "--spool",
    type=click.Choice(["lean", "agent"]),
    default="lean",
    help="In memory (default), or the agent's own SQLite, for up to a thousand PCs.",
)
@click.option(
    "--remote",
    is_flag=True,
    help="Allow a broker on another machine. Its database will hold what was invented.",
)
@json_option
def simulate(
    deploy: Path,
    secrets: Path | None,
    seconds: float | None,
    patience: float,
    as_json_text: bool,
    **options: Any,
) -> None:
    """Let a fleet of PCs play, send and lie as real ones would, and say what became of each message.

    Exit codes: 0 every honest message was acknowledged, 1 some were not, 3 the broker cannot be reached.

    Example: quannet simulate --deploy /etc/quannet --pcs 500 --for 60 --liars 0.02 --cut 0.3@20-40
    """
    from collector.clock import SystemClock
    from collector.simulate.trial import Trial, line

    settings = read_deploy(deploy)
    secrets = secrets or settings.broker.ca_file.parent
    with judging():
        _guard(settings, remote=options.pop("remote"))
        fleet = _said(lambda: _fleet(settings, secrets, **options))
    settle = 30 + 3 * len(fleet.pcs) / options["ramp"]
    trial = Trial(fleet, SystemClock(), until_signal(), _say, settle, seconds, patience)
    outcome = _said(trial.run)
    if as_json_text:
        click.echo(json.dumps(outcome.as_json(), indent=1))
    else:
        for kind, tally in sorted(outcome.tallies.items()):
            click.echo(f"{'honest' if kind == 'none' else kind}: {line(tally)}")
        click.echo(f"{outcome.lost} messages of honest PCs were not acknowledged")
    if not outcome.reached:
        sys.exit(UNKNOWN)
    sys.exit(FAULTS if outcome.lost else 0)


def _fleet(
    settings: Deploy,
    secrets: Path,
    *,
    pcs: int | None,
    part: str,
    liars: tuple[str, ...],
    cuts: tuple[str, ...],
    backlog: int,
    spool: str,
    **options: Any,
) -> Fleet:
    """ValueError where an option cannot be meant, OSError where a password is missing."""
    from collector.agent.spool import Spool
    from collector.clock import SystemClock
    from collector.simulate.cuts import parse
    from collector.simulate.files import make_room
    from collector.simulate.fleet import Fleet
    from collector.simulate.lies import shares
    from collector.simulate.spool import LeanSpool
    from provisioning.fleet import parse_part, venues

    whose = venues(settings, secrets, pcs, parse_part(part))
    fleet = Fleet(
        whose,
        SystemClock(),
        looks=settings.blocklist is not None,
        spool=LeanSpool if spool == "lean" else lambda: Spool(None),
        liars=shares(liars),
        cuts=[parse(cut) for cut in cuts],
        **options,
    )
    make_room(len(fleet.pcs))
    fleet.wait_through(backlog)
    return fleet


def _guard(settings: Deploy, *, remote: bool) -> None:
    from provisioning.fleet import is_here, reach

    if not remote and not is_here(settings.broker):
        raise click.UsageError(
            f"the broker {settings.broker.host} is on another machine: what is invented here would stand in its"
            " database as if it were observed; --remote if that is meant"
        )
    reach(settings.broker)


def _said(act: Callable[[], Value]) -> Value:
    """What cannot be meant is wrong usage."""
    try:
        return act()
    except ValueError as fault:
        raise click.UsageError(str(fault)) from None


def _say(text: str) -> None:
    click.echo(text, err=True)
