"""`quannet rules lint`: every check of every policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from provisioning.commands.common import (
    fail_on_option,
    json_option,
    judging,
    read_site,
    report,
    site_option,
)

if TYPE_CHECKING:
    from pathlib import Path


@click.command("lint")
@site_option
@click.option("--online", is_flag=True, help="Ask the site's database as well; exit 3 where it is away.")
@fail_on_option
@json_option
def rules_lint(site: Path, online: bool, fail_on: str, as_json_text: bool) -> None:
    """Check each policy: basis, dates, hours, places, query and its cost, window, words, runbook, scenario.

    docs/checks has a page a check. What is only good to know fails nothing; see --fail-on.
    """
    from alerts.checks import lint
    from collector.clock import SystemClock, local
    from provisioning.bench import of_site

    loaded = read_site(site)
    clock = SystemClock()
    bench = of_site(loaded, site, local(clock.wall()).date())
    problems = lint(bench)
    if online:
        from alerts.online import ask
        from collector.influx import Influx
        from provisioning.online import access

        with judging():
            problems += ask(bench, Influx(access(loaded)), clock)
    report(problems, fail_on, as_json_text)
