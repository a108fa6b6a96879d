"""The scenarios of a site's rules, played on a database that is started for it and gone afterwards."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import alerts.grafana
from alerts import scenario
from alerts.compile import compile_all
from provisioning.local.influxd import Influxd
from provisioning.targets.grafana import alert_context

RULES = "rules.yaml"

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alerts.policy import Policy
    from alerts.rule import AlertContext
    from alerts.story import Story
    from provisioning.site import Site


def rehearse(
    site: Site, folders: Sequence[tuple[Path, str]] | None = None, policy: str | None = None
) -> scenario.Report:
    """Play folders' scenarios, or those that come with the policies, against the site's generated rules.

    OSError, RuntimeError or Unavailable where there is no InfluxDB to play on.
    """
    context = alert_context(site)
    if folders is None:
        folders = [(path, str(path)) for path in context.scenarios]
    told, problems = scenario.stories(folders, policy)
    with tempfile.TemporaryDirectory(prefix="quannet-rules-") as work, Influxd(Path(work)) as influxd:
        report = scenario.play(told, generate(site.policies, context), influxd.access)
    return replace(report, problems=(*problems, *report.problems))


def generate(policies: tuple[Policy, ...], context: AlertContext) -> scenario.Generate:
    """The rule of a story's policy as the site's folder for Grafana holds it, in the story's language and lists."""

    def files(story: Story) -> Mapping[str, str]:
        lists = {**context.lists, **story.lists}
        own = replace(context, language=story.language, lists=lists)
        wanted = tuple(policy for policy in policies if policy.id == story.policy) or policies
        return {RULES: alerts.grafana.render(compile_all(wanted, own), own)[RULES]}

    return files
