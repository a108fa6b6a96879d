"""Units for quannet's processes, hardened, and what Debian's own units of broker and database must change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.conventions import DEPLOY_PROVIDERS
from provisioning.render import as_text
from provisioning.targets import influxdb, mosquitto

if TYPE_CHECKING:
    from provisioning.site import Site

# Command of quannet, what it does, how much memory it may take.
PROCESSES = (
    ("ingest", "from the broker into the database", "1G"),
    ("presence", "says each minute of each PC whether it is observed", "512M"),
    ("preview", "the boards as web pages", "512M"),
    ("watch", "evaluates the rules and sends notices", "512M"),
)


def render(site: Site) -> dict[str, str]:
    settings = site.settings
    texts = {
        f"systemd/quannet-{process}.service": as_text(
            "service.j2",
            process=process,
            does=does,
            memory=memory,
            program=settings.program,
            deploy=settings.deploy,
        )
        for process, does, memory in PROCESSES
    }
    for kind in ("service", "timer"):
        texts[f"systemd/quannet-summarise.{kind}"] = as_text(
            f"summarise.{kind}.j2", program=settings.program, deploy=settings.deploy
        )
    for unit, lines in _changes(site).items():
        texts[f"systemd/{unit}.service.d/quannet.conf"] = as_text("dropin.j2", lines=lines)
    return texts


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
        ),
    }
    if influxdb.render(site):
        changes["influxdb"] = (
            "ExecStart=",
            f"ExecStart=/usr/bin/influxd -config {deploy}/{influxdb.CONFIG}",
        )
    return changes
