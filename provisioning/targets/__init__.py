"""What a site is compiled to, for one program each: `render(site)` gives texts by path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioning.targets import grafana, influxdb, mosquitto, server, systemd

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioning.site import Site

TARGETS: tuple[Callable[[Site], dict[str, str]], ...] = (
    grafana.render,
    influxdb.render,
    mosquitto.render,
    server.render,
    systemd.render,
)
