"""The server's processes."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import click

from provisioning.commands.common import (
    deploy_option,
    folder,
    read_deploy,
    until_signal,
)


@click.command()
@deploy_option
@click.option("--worker", default="1", help="A name of its own for each ingest process (default: 1).")
@click.option("--state", type=folder, default=Path("/var/lib/quannet"), help="Where dead letters are kept.")
def ingest(deploy: Path, worker: str, state: Path) -> None:
    """Take messages from the broker into InfluxDB, and acknowledge what is stored."""
    from collector.clock import SystemClock
    from collector.influx import Influx
    from collector.ingest.consumer import Ingest
    from collector.ingest.deadletter import DeadLetters

    settings, clock = read_deploy(deploy), SystemClock()
    Ingest(
        worker=worker,
        broker=settings.broker,
        roster=settings.roster(),
        influx=Influx(settings.influx),
        dead_letters=DeadLetters(state, clock),
        offered=settings.blocklist,
        clock=clock,
        stop=until_signal(),
    ).run()


@click.command()
@deploy_option
@click.option(
    "--every", type=click.IntRange(1, 3600), default=60, help="Seconds between two verdicts (default: 60)."
)
def presence(deploy: Path, every: int) -> None:
    """Say each minute of each registered PC whether it is observed, and why not."""
    from collector.clock import SystemClock
    from collector.influx import Influx
    from collector.presence import Presencer
    from collector.supervised import Supervised
    from collector.vitals import Vitals

    settings, clock = read_deploy(deploy), SystemClock()
    supervised = Supervised.from_environment(clock)
    Presencer(
        broker=settings.broker,
        roster=settings.roster(),
        influx=Influx(settings.influx),
        clock=clock,
        stop=until_signal(supervised),
        every=every,
        offers_list=settings.blocklist is not None,
        supervised=supervised,
        vitals=Vitals("presence", clock),
    ).run()


@click.command()
@deploy_option
@click.option(
    "--state", type=folder, default=Path("/var/lib/quannet"), help="Where firing instances are kept."
)
def watch(deploy: Path, state: Path) -> None:
    """Evaluate the generated alert rules and send their mails, where there is no Grafana."""
    from alerts.engine.watch import run
    from collector.clock import SystemClock
    from collector.supervised import Supervised

    clock = SystemClock()
    supervised = Supervised.from_environment(clock)
    run(read_deploy(deploy), state, clock, until_signal(supervised), supervised)


@click.command()
@deploy_option
@click.option("--host", default="127.0.0.1", help="Address to listen on (default: loopback only).")
@click.option("--port", type=click.IntRange(1, 65_535), help="Default: that of the site's preview address.")
def preview(deploy: Path, host: str, port: int | None) -> None:
    """Show the generated boards with live data on a web page, where there is no Grafana."""
    from collector.clock import SystemClock
    from collector.conventions import DEPLOY_DASHBOARDS
    from collector.influx import Influx
    from collector.supervised import Supervised
    from collector.vitals import Vitals
    from dashboards.preview.server import create_app, serve

    settings, clock = read_deploy(deploy), SystemClock()
    influx = Influx(settings.influx)
    supervised, vitals = Supervised.from_environment(clock), Vitals("preview", clock)

    def beat() -> None:
        supervised.alive("shows the boards")
        vitals.write(influx)

    app = create_app(deploy / DEPLOY_DASHBOARDS, influx, settings.language)
    port = port or urlsplit(settings.preview_url).port or 80
    serve(app, host, port, until_signal(supervised), opened=supervised.ready, beat=beat)
