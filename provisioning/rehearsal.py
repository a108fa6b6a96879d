"""The scenarios of a site's rules, played on a database that is started for it and gone afterwards."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import alerts.bench
import alerts.grafana
from alerts import scenario
from alerts.compile import compile_all
from alerts.rule import AlertContext
from collector.problem import Problem, Severity, in_order
from provisioning.local.influxd import Influxd
from provisioning.targets.grafana import alert_context

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alerts.policy import Policy
    from alerts.scenario import Told
    from alerts.story import Story
    from provisioning.site import Site

RULES = "rules.yaml"


def rehearse(site: Site, folders: Sequence[tuple[Path, str]], policy: str | None = None) -> scenario.Report:
    """Play the scenarios of folders, or one policy's, against the site's generated rules.

    A story that quannet brings knows nothing of what the site has changed: it is played with the policy as it
    came, and that is said. OSError, RuntimeError or Unavailable where there is no InfluxDB to play on.
    """
    told, problems = scenario.stories(folders, policy)
    context = alert_context(site)
    shipped = {one.story.policy for one in told if Path(one.path).parent in alerts.bench.SCENARIOS}
    rules = generate(site.policies, context, shipped)
    with tempfile.TemporaryDirectory(prefix="quannet-rules-") as work, Influxd(Path(work)) as influxd:
        report = scenario.play(told, rules, influxd.access)
    problems += _changed(told, shipped, context)
    return replace(report, problems=tuple(in_order([*problems, *report.problems])))


def generate(
    policies: tuple[Policy, ...], context: AlertContext, shipped: frozenset[str] | set[str] = frozenset()
) -> scenario.Generate:
    """The rule of a story's policy as the site's folder for Grafana holds it, in the story's language and lists.

    Without what the site has changed about it where it is one of `shipped`.
    """

    def files(story: Story) -> Mapping[str, str]:
        lists = {**context.lists, **story.lists}
        own = replace(context, language=story.language, lists=lists)
        if story.policy in shipped:
            own = replace(own, for_override={}, confirmed={}, every=AlertContext.every)
        wanted = tuple(policy for policy in policies if policy.id == story.policy) or policies
        return {RULES: alerts.grafana.render(compile_all(wanted, own), own)[RULES]}

    return files


def _changed(told: Sequence[Told], shipped: set[str], context: AlertContext) -> Iterator[Problem]:
    for one in told:
        policy = one.story.policy
        changes = [
            name
            for name, of in (("for", context.for_override), ("confirmed", context.confirmed))
            if policy in of
        ]
        if policy in shipped and changes:
            yield Problem(
                "scenario/shipped",
                Severity.INFO,
                f"{policy} is played as it came, without this site's `{'` and `'.join(changes)}`",
                f"write a scenarios/{policy}.yaml of the site's own to test what it decided",
                one.place,
            )
