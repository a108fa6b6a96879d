"""The scenarios of a site's rules, played on a database that is started for it and gone afterwards."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import alerts.grafana
from alerts import scenario
from alerts.compile import compile_all
from provisioning.local.influxd import Influxd
from provisioning.targets.grafana import alert_context

if TYPE_CHECKING:
    from provisioning.site import Site


def rehearse(site: Site, folder: Path | None = None) -> scenario.Report:
    """Play a folder's scenarios, or those that come with the policies, against the site's generated rules.

    OSError, RuntimeError or Unavailable where there is no InfluxDB to play on.
    """
    context = alert_context(site)
    texts = alerts.grafana.render(compile_all(site.policies, context), context)
    folders = context.scenarios if folder is None else (folder,)
    with tempfile.TemporaryDirectory(prefix="quannet-rules-") as work, Influxd(Path(work)) as influxd:
        reports = [scenario.run_folder(path, str(path), texts, influxd.access) for path in folders]
    return scenario.Report(
        tuple(result for report in reports for result in report.results),
        tuple(problem for report in reports for problem in report.problems),
    )
