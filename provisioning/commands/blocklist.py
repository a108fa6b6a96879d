"""Lists of domains: compile them, look into a compiled one, ask it for names."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from collector.agent.blocklist import DamagedError, List
from collector.lineprotocol import encode
from collector.problem import Severity, as_json, as_text
from provisioning.blocklists.formats import NAMES
from provisioning.commands.common import (
    FAULTS,
    fail_on_option,
    folder,
    json_option,
    judging,
    read_deploy,
    read_site,
)

if TYPE_CHECKING:
    from provisioning.blocklists.build import Report
    from provisioning.blocklists.source import Source

file = click.Path(path_type=Path, dir_okay=False)


@click.group()
def blocklist() -> None:
    """Lists of domains, and the compiled list that agents look names up in."""


@blocklist.command()
@click.argument("sources", nargs=-1, type=file, metavar="[SOURCE]...")
@click.option("--out", type=file, required=True, help="The compiled list; its sources are kept beside it.")
@click.option("--deploy", type=folder, help="Tell this deployment's database what became of each source.")
@click.option("--site", type=folder, help="Site folder: its section `blocklists`, deny.txt and allow.txt.")
@click.option("--format", "format_", type=click.Choice(NAMES), help="Of each SOURCE (default: by content).")
@click.option("--category", default="blocked", help="Of each SOURCE (default: blocked).")
@click.option("--licence", default="unknown", help="Of each SOURCE (default: unknown).")
@click.option("--authority", is_flag=True, help="Each SOURCE is the authority's own: a hit is a violation.")
@fail_on_option
@json_option
def build(
    sources: tuple[Path, ...],
    out: Path,
    deploy: Path | None,
    site: Path | None,
    format_: str | None,
    category: str,
    licence: str,
    authority: bool,
    fail_on: str,
    as_json_text: bool,
) -> None:
    """Compile lists of domains into one file without readable names.

    A source that is refused (truncated, empty, a web page, shrunk) stays in force as it was last good.

    Example: quannet blocklist build --site lao-cai --out /srv/quannet/blocklist
    """
    from provisioning.blocklists import build as builder
    from provisioning.blocklists import site as of_site
    from provisioning.blocklists.source import Source

    ids = [re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")[:32] or "list" for path in sources]
    taken = [
        Source(name, path, category, authority, licence, format=format_ or "")
        for name, path in zip(ids, sources, strict=True)
    ]
    if site is not None:
        taken = [*of_site.sources(site, read_site(site).settings), *taken]
    if not taken:
        raise click.UsageError("nothing to compile: name a SOURCE, or a site that has lists")
    _refuse_twins(taken)
    try:
        report = builder.build(taken, out)
    except OSError as fault:
        raise click.ClickException(str(fault)) from None
    if as_json_text:
        values = {**builder.as_json(report), "problems": as_json(report.problems)}
        click.echo(json.dumps(values, ensure_ascii=False, indent=1))
    else:
        _tell(report)
    if deploy is not None:
        _record(report, deploy)
    sys.exit(FAULTS if any(p.severity <= Severity[fail_on.upper()] for p in report.problems) else 0)


@blocklist.command()
@click.argument("path", type=file, metavar="FILE")
@json_option
def inspect(path: Path, as_json_text: bool) -> None:
    """Check a compiled list, and say what it holds: sources, versions, counts; it has no names to show.

    Example: quannet blocklist inspect /srv/quannet/blocklist
    """
    header = _open(path).header
    groups = [{**asdict(g), "domains": n} for g, n in zip(header.groups, header.domains, strict=True)]
    if as_json_text:
        values = {
            "version": header.version,
            "size": path.stat().st_size,
            "domains": sum(header.domains),
            "exceptions": header.exceptions,
            "sources": groups,
        }
        click.echo(json.dumps(values, ensure_ascii=False, indent=1))
        return
    click.echo(f"version {header.version}: {sum(header.domains)} domains, {header.exceptions} exceptions")
    for group, count in zip(header.groups, header.domains, strict=True):
        row = (group.source, group.category, group.grade, group.version, group.licence)
        click.echo(f"{count:>9}  " + "  ".join(row))


@blocklist.command()
@click.argument("path", type=file, metavar="FILE")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@json_option
def test(path: Path, names: tuple[str, ...], as_json_text: bool) -> None:
    """Ask a compiled list for names, as an agent would; exit code 1 where one is not listed.

    Example: quannet blocklist test /srv/quannet/blocklist www.danh-bac.example
    """
    from provisioning.blocklists.names import RefusedError, normalise

    compiled = _open(path)
    rows = []
    for name in names:
        try:
            hit = compiled.match(normalise(name))
        except RefusedError as fault:
            raise click.UsageError(f"{name!r} is no domain ({fault.reason})") from None
        rows.append({"name": name, "domain": hit and hit.domain, "group": hit and asdict(hit.group)})
        if not as_json_text and hit is not None:
            group = hit.group
            click.echo(
                f"{name}: {group.grade}, {group.category}: {hit.domain} of {group.source} {group.version}"
            )
        elif not as_json_text:
            click.echo(f"{name}: not listed")
    if as_json_text:
        click.echo(json.dumps({"names": rows}, ensure_ascii=False, indent=1))
    sys.exit(0 if all(row["domain"] for row in rows) else FAULTS)


def _record(report: Report, deploy: Path) -> None:
    """A point a source, so that a rule and a board can tell of a list that is refused."""
    from collector.clock import SystemClock
    from collector.influx import Influx
    from provisioning.blocklists.build import points

    influx = Influx(read_deploy(deploy).influx)
    with judging():
        influx.write([encode(point) for point in points(report, int(SystemClock().wall().timestamp()))])
    influx.close()


def _refuse_twins(sources: list[Source]) -> None:
    ids = [source.id for source in sources]
    twins = sorted({name for name in ids if ids.count(name) > 1})
    if twins:
        raise click.UsageError(f"two sources have the id {twins[0]!r}; build from files of other names")


def _tell(report: Report) -> None:
    for item, row in zip(report.taken, report.rows, strict=True):
        refused = "".join(
            f", {count} {reason}" for reason, count in sorted(item.reading.refused.counts.items())
        )
        state = f" (last good copy: {row.reason})" if row.refused else ""
        click.echo(f"{row.domains:>9}  {row.source}  version {row.version or '–'}{refused}{state}")
    if report.compiled is not None:
        header = report.compiled.header
        click.echo(
            f"{sum(header.domains):>9}  domains and {header.exceptions} exceptions, version {header.version}"
        )
    if report.problems:
        click.echo(as_text(report.problems), err=True)


def _open(path: Path) -> List:
    try:
        return List.open(path)
    except (OSError, DamagedError) as fault:
        raise click.ClickException(f"{path}: {fault}") from None
