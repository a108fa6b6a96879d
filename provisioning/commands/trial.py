"""Everything on this machine, to see it work."""

from __future__ import annotations

import sys

import click

from provisioning.commands.common import (
    FAULTS,
    judging,
    until_signal,
)


@click.command()
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

    with judging():
        shortfalls = Demo(SystemClock(), until_signal(), click.echo, language, seconds).run()
    for shortfall in shortfalls:
        click.echo(f"not as promised: {shortfall}")
    click.echo(
        "everything was as promised" if not shortfalls else f"{len(shortfalls)} promises were not kept"
    )
    sys.exit(FAULTS if shortfalls and seconds is not None else 0)
