"""`quannet rules test`: the scenarios, played."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from collector.problem import as_text
from provisioning.commands.common import FAULTS, folder, json_option, judging, read_site, site_option
from provisioning.commands.rules import complete


@click.command("test")
@site_option
@click.option(
    "--scenarios",
    type=folder,
    multiple=True,
    help="Folder of scenarios, again for more (default: those that come with the policies, and the site's own).",
)
@click.option("--policy", shell_complete=complete.policies, help="Play this policy's alone.")
@click.option(
    "--junit", type=click.Path(path_type=Path, dir_okay=False), help="Write what came of it as JUnit's XML."
)
@json_option
def rules_test(
    site: Path, scenarios: tuple[Path, ...], policy: str | None, junit: Path | None, as_json_text: bool
) -> None:
    """Play the scenarios: series into a real InfluxDB, the generated rules on them, who fires when.

    Starts an InfluxDB of its own in a temporary folder. Times are those of Asia/Ho_Chi_Minh. A scenario of a
    later folder takes the place of an earlier one of the same name.
    """
    from alerts import results
    from provisioning.bench import scenario_folders
    from provisioning.rehearsal import rehearse

    loaded = read_site(site)
    folders = [(path, str(path)) for path in scenarios] or scenario_folders(site)
    if policy is not None and policy not in {one.id for one in loaded.policies}:
        raise click.BadParameter(f"no policy has the id {policy!r}; `quannet rules list` shows them")
    with judging():
        report = rehearse(loaded, folders, policy)
    if junit is not None:
        results.as_junit(report).write(str(junit), pretty=True)
    if as_json_text:
        click.echo(json.dumps(results.as_json(report), ensure_ascii=False, indent=1))
    else:
        click.echo(results.as_text(report.results), nl=False)
        click.echo(as_text(report.problems), nl=False, err=True)
    sys.exit(0 if report.passed else FAULTS)
