"""Units for quannet's processes, hardened, and what Debian's own units of broker and database must change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector.conventions import DEPLOY_PROVIDERS
from provisioning.render import as_text
from provisioning.targets import influxdb, mosquitto

if TYPE_CHECKING:
    from provisioning.site import Site


@dataclass(frozen=True)
class Process:
    """A command that runs all the time. `hung_after` seconds without a sign of life it is killed and started again:
    far above what its loop waits for in one turn, such as a database, a mail server or a name that do not answer.
    """

    command: str
    does: str
    memory: str = "512M"
    hung_after: int = 120


PROCESSES = (
    Process("ingest", "from the broker into the database"),
    Process("presence", "says each minute of each PC whether it is observed"),
    Process("preview", "the boards as web pages"),
    Process("watch", "evaluates the rules and sends notices", hung_after=300),
)
FILES = 4096  # that one of them may have open; a few hundred are usual
BROKER_FILES = 65_536  # a socket a PC


def render(site: Site) -> dict[str, str]:
    settings = site.settings
    texts = {
        f"systemd/quannet-{process.command}.service": as_text(
            "service.j2",
            process=process.command,
            does=process.does,
            memory=_memory(process, settings.ingest.workers),
            arguments=_arguments(process, settings.ingest.workers),
            watchdog=process.hung_after,
            files=FILES,
            program=settings.program,
            deploy=settings.deploy,
        )
        for process in PROCESSES
    }
    for kind in ("service", "timer"):
        texts[f"systemd/quannet-summarise.{kind}"] = as_text(
            f"summarise.{kind}.j2", program=settings.program, deploy=settings.deploy
        )
    for unit, lines in _changes(site).items():
        texts[f"systemd/{unit}.service.d/quannet.conf"] = as_text("dropin.j2", lines=lines)
    return texts


def _arguments(process: Process, workers: int) -> str:
    return f" --workers {workers}" if process.command == "ingest" and workers > 1 else ""


def _memory(process: Process, workers: int) -> str:
    """The bound of ingest is one for all its workers together."""
    return f"{workers}G" if process.command == "ingest" else process.memory


def _changes(site: Site) -> dict[str, tuple[str, ...]]:
    """What the packages' own units must do otherwise; an empty ExecStart clears theirs."""
    deploy = site.settings.deploy
    changes = {
        "grafana-server": (f"Environment=GF_PATHS_PROVISIONING={deploy}/{DEPLOY_PROVIDERS.parent}",),
        "mosquitto": (
            "# The secrets belong to this user alone; its files need no folder of their own.",
            "User=quannet",
            "Group=quannet",
            "ExecStartPre=",
            "ExecStart=",
            f"ExecStart=/usr/sbin/mosquitto -c {deploy}/{mosquitto.CONFIG}",
            "# A socket a PC; systemd's own bound is 1,024.",
            f"LimitNOFILE={BROKER_FILES}",
        ),
    }
    if influxdb.render(site):
        changes["influxdb"] = (
            "# Killed twice, it would otherwise lose points that it has acknowledged: see `quannet seal --help`.",
            f"ExecStartPre={site.settings.program} seal {influxdb.DATA}/wal",
            "ExecStart=",
            f"ExecStart=/usr/bin/influxd -config {deploy}/{influxdb.CONFIG}",
        )
    return changes
