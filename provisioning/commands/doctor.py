"""What is wrong here, and how to mend it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provisioning.commands.common import FAULTS, UNKNOWN, deploy_option, folder, json_option

if TYPE_CHECKING:
    from provisioning.doctor.check import Finding


@click.command()
@deploy_option
@click.option(
    "--state", type=folder, default=Path("/var/lib/quannet"), help="Where ingest keeps dead letters."
)
@json_option
def doctor(deploy: Path, state: Path, as_json_text: bool) -> None:
    """Say what is wrong with a deployment on this machine, and how to mend it; change nothing.

    Example: quannet doctor --deploy /etc/quannet
    """
    from collector.clock import SystemClock
    from collector.deploy import load
    from provisioning.doctor import SETTINGS, examine
    from provisioning.doctor.check import Finding, Verdict

    try:
        found = examine(load(deploy), state, SystemClock())
    except (OSError, ValueError) as fault:
        found = [Finding(SETTINGS, Verdict.ERROR, str(fault))]
    if as_json_text:
        click.echo(json.dumps({"checks": [_as_json(one) for one in found]}, ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(_as_text(one) for one in found))
    verdicts = {finding.verdict for finding in found}
    if verdicts & {Verdict.ERROR, Verdict.WARNING}:
        sys.exit(FAULTS)
    sys.exit(UNKNOWN if Verdict.UNKNOWN in verdicts else 0)


def _as_text(finding: Finding) -> str:
    line = f"{finding.verdict.value:<7}  {finding.check.id}  {finding.check.name}"
    if not finding.summary:
        return line
    return f"{line}: {finding.summary}\n  = {finding.check.hint}"


def _as_json(finding: Finding) -> dict[str, str]:
    return {
        "id": finding.check.id,
        "name": finding.check.name,
        "verdict": finding.verdict.value,
        "summary": finding.summary,
        "hint": finding.check.hint if finding.summary else "",
    }
