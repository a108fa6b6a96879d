"""What is wrong with a deployment on this machine, and how to mend it: CHECKS, each one question in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.influx import Influx, Refused, Unavailable
from provisioning.doctor import (
    books,
    broker,
    certificate,
    clock,
    databases,
    disk,
    ledger,
    load,
    mail,
    offer,
    presence,
    refusals,
    roster,
    secrets,
    sources,
    strangers,
)
from provisioning.doctor.check import Check, Finding, Here, Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from collector.clock import Clock
    from collector.deploy import Deploy

CHECKS: tuple[Check, ...] = (
    secrets.CHECK,
    roster.CHECK,
    broker.CHECK,
    certificate.CHECK,
    databases.CHECK,
    ledger.CHECK,
    books.CHECK,
    load.CHECK,
    refusals.CHECK,
    strangers.CHECK,
    presence.CHECK,
    disk.CHECK,
    clock.CHECK,
    offer.CHECK,
    sources.CHECK,
    mail.CHECK,
)
# Without settings nothing else can be asked: it comes first, and is the command's own.
SETTINGS = Check(
    "QN-D001",
    "settings",
    "Can the settings be read that `quannet provision` wrote?",
    "`quannet provision` the site folder again; run this as the user `quannet`",
    lambda _here: iter(()),
)
TIMEOUT = 10.0  # seconds for a question to the database


def examine(deploy: Deploy, state: Path, clock: Clock) -> list[Finding]:
    """Every check's findings, in order; one that found nothing wrong says so."""
    influx = Influx(deploy.influx, timeout=TIMEOUT)
    try:
        here = Here(deploy, state, influx, clock)
        return [Finding(SETTINGS, Verdict.OK), *(f for check in CHECKS for f in ask(check, here))]
    finally:
        influx.close()


def ask(check: Check, here: Here) -> list[Finding]:
    """What cannot be asked is unknown: nothing is called well that nobody saw."""
    try:
        found = [Finding(check, said.verdict, said.summary) for said in check.look(here)]
    except (OSError, Unavailable, Refused) as fault:
        return [Finding(check, Verdict.UNKNOWN, str(fault))]
    return found or [Finding(check, Verdict.OK)]
