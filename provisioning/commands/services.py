"""The server's processes."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click
from click.core import ParameterSource

from provisioning.commands.common import (
    FAULTS,
    deploy_option,
    folder,
    read_deploy,
    until_signal,
)

if TYPE_CHECKING:
    from collector.deploy import Deploy


MOST_WORKERS = 64


def _worker_name(_ctx: click.Context, _option: click.Parameter, name: str) -> str:
    """It stands in a client id, a file's name and a tag."""
    if re.fullmatch(r"[a-z0-9][a-z0-9-]{0,15}", name) is None:
        raise click.BadParameter(f"{name!r} is no name; write small letters and digits, such as 1 or b2.")
    return name


@click.command()
@deploy_option
@click.option(
    "--worker",
    default="1",
    callback=_worker_name,
    help="A name of its own for each ingest process (default: 1).",
)
@click.option(
    "--workers",
    type=click.IntRange(1, MOST_WORKERS),
    help="Run this many processes, named 1, 2, 3 …, and start again what ends or hangs.",
)
@click.option("--state", type=folder, default=Path("/var/lib/quannet"), help="Where dead letters are kept.")
@click.option("--under", type=int, hidden=True, help="The process that this one shall not survive.")
@click.pass_context
def ingest(
    ctx: click.Context, deploy: Path, worker: str, workers: int | None, state: Path, under: int | None
) -> None:
    """Take messages from the broker into InfluxDB, and acknowledge what is stored."""
    if workers is not None and ctx.get_parameter_source("worker") is not ParameterSource.DEFAULT:
        raise click.UsageError("--workers names its processes itself; leave out --worker.")
    settings = read_deploy(deploy)
    if workers is not None:
        common = ["--deploy", str(deploy), "--state", str(state), "--under", str(os.getpid())]
        _ingest_under_one(workers, [*_command(ctx), "ingest", *common, "--worker"])
    else:
        _ingest(settings, worker, state, under)


def _ingest(settings: Deploy, worker: str, state: Path, under: int | None) -> None:
    from collector.clock import SystemClock
    from collector.influx import Influx
    from collector.ingest.consumer import Ingest
    from collector.ingest.deadletter import DeadLetters
    from collector.ingest.workers import die_with
    from collector.logs import identify
    from collector.supervised import Supervised
    from collector.vitals import Vitals

    identify(worker=worker)
    clock = SystemClock()
    supervised = Supervised.from_environment(clock)
    stop = until_signal(supervised)
    if under is not None:
        die_with(under)
    Ingest(
        worker=worker,
        broker=settings.broker,
        roster=settings.roster(),
        influx=Influx(settings.influx),
        dead_letters=DeadLetters(state, clock),
        offered=settings.blocklist,
        clock=clock,
        stop=stop,
        supervised=supervised,
        vitals=Vitals(f"ingest-{worker}", clock),
    ).run()


def _ingest_under_one(workers: int, command: list[str]) -> None:
    from collector.clock import SystemClock
    from collector.ingest.workers import Workers
    from collector.supervised import Supervised

    clock = SystemClock()
    supervised = Supervised.from_environment(clock)
    names = [str(number) for number in range(1, workers + 1)]
    well = Workers(names, lambda name: [*command, name], clock, supervised, until_signal(supervised)).run()
    sys.exit(0 if well else FAULTS)


def _command(ctx: click.Context) -> list[str]:
    """The same program again, with its own options; -P: nothing is imported from the working folder."""
    return [sys.executable, "-P", "-m", "cli", "--log", ctx.find_root().params["log"]]


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
        folders=settings.disks,
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
