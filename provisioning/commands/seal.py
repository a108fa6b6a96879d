"""Before InfluxDB 1.x starts: its write-ahead log, sealed against what a crash may have torn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from provisioning.commands.common import folder, judging

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("wal", type=folder)
def seal(wal: Path) -> None:
    """Have InfluxDB begin a new segment in WAL, its folder wal-dir, instead of writing behind a torn one.

    To be run before each start of InfluxDB 1.x, by its own user; the generated unit does. Without it InfluxDB
    loses points that it has acknowledged when it is killed, or the power fails, twice.
    """
    from provisioning.wal import seal

    with judging():
        for segment in seal(wal):
            click.echo(segment)
