"""Keeping and forgetting: the databases with their age limits, and the daily summaries."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from provisioning.commands.common import FAULTS, deploy_option, json_option, judging, read_deploy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime
    from pathlib import Path

    from collector.databases import Settled
    from collector.summariser import Done
    from collector.summary import Due

QUERY_TIMEOUT = 60.0  # seconds; the database itself gives a query up after 30


@click.command()
@deploy_option
@click.option("--check", "only_look", is_flag=True, help="Exit 1 if something would change; change nothing.")
@json_option
def database(deploy: Path, only_look: bool, as_json_text: bool) -> None:
    """Make the databases of raw points and of summaries, and set how long each keeps its points.

    What the site says under `keep` holds from the next run on: a shorter limit deletes what is older.
    """
    from collector.databases import settle_all

    settings = read_deploy(deploy)
    with judging(), _told():
        found = settle_all(settings, only_look=only_look)
    if as_json_text:
        click.echo(json.dumps({"databases": [_as_json(one) for one in found]}, indent=1))
    else:
        for one, what in zip(found, ("raw points", "daily summaries"), strict=True):
            click.echo(_say(one, what, only_look))
    sys.exit(FAULTS if only_look and any(one.differs for one in found) else 0)


@click.command()
@deploy_option
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="This local day alone.")
@click.option("--days", type=click.IntRange(1), help="The last so many days, with today.")
@json_option
def summarise(deploy: Path, day: datetime | None, days: int | None, as_json_text: bool) -> None:
    """Write each PC's day: play, use, hits, messages, coverage.

    By default all days that late points may have changed: nine and today, and those that an earlier run missed;
    of those that it had whole, only where messages have come since.
    A day that has begun to expire keeps the summary that it has.
    """
    from collector.clock import SystemClock, midnight
    from collector.influx import Influx
    from collector.summariser import Summariser

    if day is not None and days is not None:
        raise click.UsageError("--day and --days exclude each other")
    settings, now = read_deploy(deploy), SystemClock().wall()
    raw = Influx(settings.influx, timeout=QUERY_TIMEOUT)
    summaries = Influx(settings.summaries, timeout=QUERY_TIMEOUT)
    summariser = Summariser(raw, summaries)
    with judging(), _told():
        if day is None and days is None:
            wanted = summariser.due(now, settings.keep.raw_days)
        else:
            wanted = _asked(now, settings.keep.raw_days, None if day is None else day.date(), days)
        shown = sys.stderr.isatty()
        with click.progressbar(wanted, file=sys.stderr, hidden=not shown) as bar:
            done = [summariser.day(one) for one in bar]
        # Late data changes no violation: the days that were whole in the last run have theirs.
        first = next((one.day for one in wanted if one.afresh), None)
        episodes = 0 if first is None else summariser.episodes(midnight(first), now)
    raw.close()
    summaries.close()
    if as_json_text:
        rows = [{"day": d.day.isoformat(), "written": d.written, "standing": d.standing} for d in done]
        click.echo(json.dumps({"days": rows, "episodes": episodes}, indent=1))
    else:
        click.echo(_sum_up(done, episodes))


@contextmanager
def _told() -> Iterator[None]:
    """What the database refuses is told in its words, with the way out where it is the usual one."""
    from collector.influx import Refused

    try:
        yield
    except Refused as fault:
        hint = "; `quannet database` makes what is missing" if "not found" in str(fault) else ""
        raise click.ClickException(f"{fault}{hint}") from None


def _asked(now: datetime, raw_days: int, day: date | None, days: int | None) -> list[Due]:
    from collector.clock import local
    from collector.summary import Due, due, whole_since

    every = due(now, None, raw_days)
    if days is not None:
        if days > len(every):
            click.echo(f"only {len(every)} days have all their raw points", err=True)
        return every[-days:]
    assert day is not None
    if day > local(now).date():
        raise click.UsageError(f"{day} is still to come")
    if Due(day) not in every:
        since = whole_since(now, raw_days)
        raise click.ClickException(
            f"raw points of {day} have expired, its summary stands; write {since} or later"
        )
    return [Due(day)]


def _sum_up(done: list[Done], episodes: int) -> str:
    written, standing = sum(d.written for d in done), sum(d.standing for d in done)
    left = f", {standing} left as they stood: their raw points have begun to expire" if standing else ""
    return f"{done[0].day} to {done[-1].day}: {written} summaries written{left}; {episodes} violations kept"


def _say(one: Settled, what: str, only_look: bool) -> str:
    wanted = f"{one.database}: {what} for {one.limit.age.days} days"
    if one.found is None:
        return f"{wanted}; {'not made yet' if only_look else 'made'}"
    if not one.differs:
        return f"{wanted}, as it was"
    age = "for ever" if one.found.age is None else f"for {one.found.age.days} days"
    verb = "keeps them" if only_look else "kept them"
    return f"{wanted}; it {verb} {age}"


def _as_json(one: Settled) -> dict[str, Any]:
    age = None if one.found is None or one.found.age is None else one.found.age.days
    return {
        "database": one.database,
        "days": one.limit.age.days,
        "existed": one.found is not None,
        "days_found": age,
        "differs": one.differs,
    }
