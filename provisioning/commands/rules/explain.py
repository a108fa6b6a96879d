"""`quannet rules explain`: a policy in words."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from provisioning.commands.common import json_option, read_site, site_option
from provisioning.commands.rules import complete

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


@click.command("explain")
@click.argument("policy", shell_complete=complete.policies)
@site_option
@click.option(
    "--venue", shell_complete=complete.venues, help="Say it of this venue: bound or not, its hours that day."
)
@click.option("--at", type=click.DateTime(["%Y-%m-%d"]), help="The day that is spoken of (default: today).")
@click.option("--language", type=click.Choice(["vi", "en"]), help="Default: the site's.")
@json_option
def rules_explain(
    policy: str, site: Path, venue: str | None, at: datetime | None, language: str | None, as_json_text: bool
) -> None:
    """Say in words whom POLICY binds on a day, what counts, when it fires and what it misses.

    The example follows a condition from its beginning to the notice, in whole evaluations.
    """
    from alerts import explaining, explanation
    from collector.clock import SystemClock, local
    from provisioning.roster import roster
    from provisioning.targets.grafana import alert_context

    loaded = read_site(site)
    found = next((one for one in loaded.policies if one.id == policy), None)
    if found is None:
        raise click.BadParameter(f"no policy has the id {policy!r}; `quannet rules list` shows them")
    venues = roster(loaded).by_id
    if venue is not None and venue not in venues:
        raise click.BadParameter(f"the registry has no venue {venue!r}", param_hint="--venue")
    context = alert_context(loaded)
    context = replace(context, language=language or context.language)
    day = local(SystemClock().wall()).date() if at is None else at.date()
    said = explanation.explain(found, context, list(venues.values()), day, venues.get(venue or ""))
    if as_json_text:
        click.echo(json.dumps(explanation.as_json(said), ensure_ascii=False, indent=1))
        return
    width = min(shutil.get_terminal_size().columns, 100)
    click.echo(explaining.as_text(said, width), nl=False)
