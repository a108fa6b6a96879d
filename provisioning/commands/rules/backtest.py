"""`quannet rules backtest`: when, where and how long the rules would have fired over past days."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from collector.problem import as_text
from provisioning.commands.common import (
    FAULTS,
    UNKNOWN,
    folder,
    json_option,
    judging,
    read_deploy,
    read_site,
)
from provisioning.commands.rules import complete

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from alerts.backtest.difference import Difference
    from alerts.backtest.run import Outcome, Period, Task
    from collector.influx import Access

MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"])
FORMS = (".png", ".svg")
_file = click.Path(path_type=Path, dir_okay=False)


def _phase(context: click.Context, parameter: click.Parameter, value: str) -> timedelta:
    from alerts import duration

    try:
        found = duration.parse(value)
    except ValueError as fault:
        raise click.BadParameter(str(fault), context, parameter) from None
    if found % timedelta(seconds=10):
        raise click.BadParameter(
            f"{value}: Grafana ticks each 10 s; write for example 20s", context, parameter
        )
    return found


@dataclass(frozen=True)
class _Asked:
    """What is to be run, over which database; `other` is the same under other policies."""

    tasks: tuple[Task, ...]
    access: Access
    language: str
    raw_days: int
    other: tuple[Task, ...] | None = None
    notes: tuple[str, ...] = ()


@click.command("backtest")
@click.option("--site", type=folder, help="Site folder (default: here).")
@click.option("--deploy", type=folder, help="Instead of a site: what `quannet provision` wrote.")
@click.option("--from", "since", type=MOMENT, required=True, help="Local time, such as 2026-03-01.")
@click.option(
    "--to", "until", type=MOMENT, help="Local time, at which it ends: 2026-03-08 is midnight (default: now)."
)
@click.option(
    "--policy", "policies", multiple=True, shell_complete=complete.policies, help="This one; again for more."
)
@click.option(
    "--phase",
    callback=_phase,
    default="0s",
    show_default=True,
    help="By how much each evaluation comes after the full minute: Grafana puts each group of rules off by its own.",
)
@click.option("--with", "others", type=folder, help="Folder of other policies: what would they have changed?")
@click.option("--csv", type=_file, help="Write a line an episode.")
@click.option("--picture", type=_file, help="Draw it: name.png or name.svg.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes (default: one a core, 4 at most).")
@json_option
def rules_backtest(
    site: Path | None,
    deploy: Path | None,
    since: datetime,
    until: datetime | None,
    policies: tuple[str, ...],
    phase: timedelta,
    others: Path | None,
    csv: Path | None,
    picture: Path | None,
    workers: int | None,
    as_json_text: bool,
) -> None:
    """Ask past days when, where, how often and how long each rule would have fired.

    The generated rules and the engine are those that judge live; only what came in time is not known: a point
    that was late when it was asked for is there now. With other policies: episodes and venues gained and lost, minutes
    more and less. Changed hours are judged by the samples of games and use themselves. CSV and picture are then of
    the other policies.

    Example: quannet rules backtest --from 2026-03-01 --to 2026-03-08 --policy after-hours-game --picture week.png
    """
    from alerts.backtest.run import Period
    from collector.clock import SystemClock

    if picture is not None and picture.suffix not in FORMS:
        raise click.UsageError(f"--picture {picture}: write a name that ends with {' or '.join(FORMS)}")
    asked = _chosen(
        _of_deploy(deploy, site, others) if deploy else _of_site(site or Path(), others), policies
    )
    now = SystemClock().wall()
    start, end = _local(since), min(now, _local(until) if until is not None else now)
    if start >= end:
        raise click.UsageError("--from is not before --to, or not before now")
    if start < now - timedelta(days=asked.raw_days):
        _note(f"raw points are kept for {asked.raw_days} days: of what is older nothing is known")
    for note in asked.notes:
        _note(note)
    period = Period(start, end.replace(microsecond=0), phase)
    with judging():
        found, other = _run(asked, period, workers or min(4, os.cpu_count() or 1))
    _tell(found, other, period, as_json_text=as_json_text)
    shown = found if other is None else other
    _write(csv, lambda: _csv(shown, period))
    _write(picture, lambda: _picture(shown, period, asked.language, picture))
    sys.exit(UNKNOWN if any(outcome.fault for outcome in (*found, *(other or ()))) else 0)


def _of_site(path: Path, others: Path | None) -> _Asked:
    from alerts.backtest.run import Task
    from provisioning.backtest import of_site, other, with_policies
    from provisioning.online import access

    site = read_site(path)
    with judging():
        asked = _Asked(
            tuple(Task(entry) for entry in of_site(site)),
            access(site),
            site.settings.language,
            site.settings.keep.raw_days,
        )
    if others is None:
        return asked
    changed, problems = with_policies(site, others)
    if problems:
        click.echo(as_text(problems), err=True)
        sys.exit(FAULTS)
    under = other(site, changed)
    return replace(asked, other=under.tasks, notes=under.notes)


def _of_deploy(path: Path, site: Path | None, others: Path | None) -> _Asked:
    from alerts.backtest.run import Task
    from collector.conventions import DEPLOY_ALERTING
    from provisioning.backtest import entries

    if site is not None or others is not None:
        raise click.UsageError("--deploy holds no policies: without it, --site and --with do")
    deploy = read_deploy(path)
    try:
        files = {
            file.name: file.read_text("utf-8") for file in sorted((path / DEPLOY_ALERTING).glob("*.yaml"))
        }
        tasks = tuple(Task(entry) for entry in entries(files))
    except (OSError, ValueError) as fault:
        raise click.ClickException(str(fault)) from None
    return _Asked(tasks, deploy.influx, deploy.language, deploy.keep.raw_days)


def _chosen(asked: _Asked, policies: Sequence[str]) -> _Asked:
    from alerts.backtest.run import policy_of

    if not policies:
        return asked
    known = {policy_of(task.entry) for task in (*asked.tasks, *(asked.other or ()))}
    for name in policies:
        if name not in known:
            raise click.BadParameter(
                f"no rule is generated for {name!r}; known are {', '.join(sorted(known))}"
            )

    def of(tasks: Sequence[Task]) -> tuple[Task, ...]:
        return tuple(task for task in tasks if policy_of(task.entry) in policies)

    return replace(asked, tasks=of(asked.tasks), other=None if asked.other is None else of(asked.other))


def _run(asked: _Asked, period: Period, workers: int) -> tuple[list[Outcome], list[Outcome] | None]:
    """Each rule once: one that the other policies leave as it is does the same under them."""
    from alerts.backtest.run import run
    from provisioning.backtest import same

    tasks = list(asked.tasks)
    places = []
    for task in asked.other or ():
        found = next((i for i, known in enumerate(asked.tasks) if same(known, task)), len(tasks))
        if found == len(tasks):
            tasks.append(task)
        places.append(found)
    with click.progressbar(length=len(tasks), file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        outcomes = run(tasks, asked.access, period, workers, lambda: bar.update(1))
    own = outcomes[: len(asked.tasks)]
    return own, None if asked.other is None else [outcomes[place] for place in places]


def _tell(
    found: Sequence[Outcome], other: Sequence[Outcome] | None, period: Period, *, as_json_text: bool
) -> None:
    from alerts.backtest import export, text
    from alerts.backtest.difference import differences

    compared: list[Difference] | None = None if other is None else differences(found, other, period)
    if as_json_text:
        click.echo(json.dumps(export.as_json(found, period, compared), ensure_ascii=False, indent=1))
        return
    click.echo(text.as_text(found, period), nl=False)
    if compared is not None:
        click.echo("\n" + text.differences_as_text(compared), nl=False)


def _csv(found: Sequence[Outcome], period: Period) -> bytes:
    from alerts.backtest.export import as_csv

    return as_csv(found, period).encode()


def _picture(found: Sequence[Outcome], period: Period, language: str, path: Path | None) -> bytes:
    from alerts.backtest.picture import draw

    assert path is not None
    return draw(found, period, language, "svg" if path.suffix == ".svg" else "png")


def _write(path: Path | None, content: Callable[[], bytes]) -> None:
    if path is None:
        return
    try:
        path.write_bytes(content())
    except OSError as fault:
        raise click.ClickException(str(fault)) from None


def _local(moment: datetime) -> datetime:
    from collector.clock import LOCAL

    return moment.replace(tzinfo=LOCAL)


def _note(words: str) -> None:
    click.echo(f"note: {words}", err=True)
