"""What ingest refused: to look at, and to take in again when the cause has been mended."""

from __future__ import annotations

import json
import sys
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    from collections.abc import Iterable, Iterator

    from collector.ingest.deadletter import Letter
    from collector.ingest.replay import Outcome, Report

QUERY_TIMEOUT = 60.0  # seconds

state_option = click.option(
    "--state", type=folder, default=Path("/var/lib/quannet"), help="Where dead letters are kept."
)
reason_option = click.option("--reason", help="Only letters with this reason.")
venue_option = click.option("--venue", help="Only letters from this venue.")


@click.group()
def deadletter() -> None:
    """What ingest refused, with the reason."""


@deadletter.command("list")
@state_option
@reason_option
@venue_option
@click.option("--last", type=click.IntRange(1), metavar="N", help="Only the N newest.")
@click.option("--all", "with_stored", is_flag=True, help="Also those that a replay has stored.")
@click.option("--payload", "with_payload", is_flag=True, help="What was refused, line by line, escaped.")
@json_option
def list_(
    state: Path,
    reason: str | None,
    venue: str | None,
    last: int | None,
    with_stored: bool,
    with_payload: bool,
    as_json_text: bool,
) -> None:
    """Show dead letters, the oldest first: when, why, from whom, how large.

    Example: quannet deadletter list --reason pc --last 20 --payload
    """
    from collector.ingest.deadletter import read
    from collector.ingest.letters import as_json, as_text, header
    from collector.ingest.replay import Journal

    with judging():
        outcomes = Journal(state).read()
        letters = read(state)
        chosen = _chosen(letters, outcomes, reason, venue, with_stored=with_stored)
        shown = list(chosen) if last is None else list(deque(chosen, last))
    if as_json_text:
        rows = [as_json(letter, outcomes.get(letter.id)) for letter in shown]
        click.echo(json.dumps({"letters": rows, "torn": letters.torn}, indent=1))
        return
    if shown:
        click.echo(header())
    for letter in shown:
        click.echo(as_text(letter, outcomes.get(letter.id), with_payload=with_payload), nl=False)
    torn = f"; {letters.torn} torn lines" if letters.torn else ""
    click.echo(f"{len(shown)} letters{torn}", err=True)


@deadletter.command()
@deploy_option
@state_option
@reason_option
@venue_option
@click.option("--dry-run", is_flag=True, help="Say what would be stored; store nothing.")
@json_option
def replay(
    deploy: Path, state: Path, reason: str | None, venue: str | None, dry_run: bool, as_json_text: bool
) -> None:
    """Store what can be stored by now: a PC was registered meanwhile, or the server updated.

    Each letter is judged by the time at which it arrived. What is still refused stays, with its reason of today;
    doing it twice changes nothing. Exit 1 where something is still refused.

    Example: quannet deadletter replay --deploy /etc/quannet --reason pc --venue yb-0012 --dry-run
    """
    import threading

    from collector.clock import SystemClock
    from collector.influx import Influx, Refused
    from collector.ingest import replay as again
    from collector.ingest.deadletter import read
    from collector.ingest.late import Lateness
    from collector.ingest.pipeline import Pipeline
    from collector.ingest.writer import Writer

    settings, clock, journal = read_deploy(deploy), SystemClock(), again.Journal(state)
    influx = Influx(settings.influx, timeout=QUERY_TIMEOUT)
    with judging():
        try:
            pipeline = Pipeline(settings.roster().get())
            if dry_run:
                chosen = _chosen(read(state), journal.read(), reason, venue)
                report = again.rehearse(chosen, pipeline, clock)
            else:
                with journal.held():
                    journal.keep({letter.id for letter in read(state)})
                    chosen = _chosen(read(state), journal.read(), reason, venue)
                    writer = Writer(influx, clock, threading.Event())
                    report = again.replay(chosen, pipeline, writer, Lateness(influx), influx, journal, clock)
        except Refused as fault:
            click.echo(f"error: {fault}", err=True)
            sys.exit(UNKNOWN)
        finally:
            influx.close()
    _tell(report, as_json_text, "would be stored" if dry_run else "stored")
    sys.exit(FAULTS if report.refused else 0)


def _chosen(
    letters: Iterable[Letter],
    outcomes: dict[str, Outcome],
    reason: str | None,
    venue: str | None,
    *,
    with_stored: bool = False,
) -> Iterator[Letter]:
    for letter in letters:
        outcome = outcomes.get(letter.id)
        if outcome is not None and outcome.stored and not with_stored:
            continue
        reasons = {letter.reason, outcome.reason if outcome else ""}
        if (reason is None or reason in reasons) and venue in {None, letter.sender[0]}:
            yield letter


def _tell(report: Report, as_json_text: bool, stored: str) -> None:
    refused = dict(sorted(report.refused.items()))
    if as_json_text:
        found: dict[str, Any] = {"stored": report.stored, "lines": report.lines, "refused": refused}
        click.echo(json.dumps(found, indent=1))
        return
    click.echo(f"{report.stored} letters {stored}, {report.lines} lines")
    for name, count in refused.items():
        click.echo(f"{count} still refused: {name}")
