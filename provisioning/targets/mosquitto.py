"""The broker: TLS, one user a venue, and an access list that keeps venues apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.conventions import BROKER_USER
from collector.wire import MAX_PAYLOAD, ROOT
from provisioning.render import as_text
from provisioning.settings import BROKER_PASSWORDS, CERT_FILE, KEY_FILE

if TYPE_CHECKING:
    from provisioning.site import Site

CONFIG, ACL = "mosquitto/mosquitto.conf", "mosquitto/acl"

MAX_INFLIGHT = 200  # unacknowledged to one client: ingest takes this many at once
MAX_QUEUED = 20_000  # waiting for one client while it is busy


def render(site: Site) -> dict[str, str]:
    settings = site.settings
    config = as_text(
        "mosquitto.conf.j2",
        port=settings.broker.port,
        listen=settings.broker.listen,
        cert_file=settings.secret(CERT_FILE),
        key_file=settings.secret(KEY_FILE),
        password_file=settings.secret(BROKER_PASSWORDS),
        acl_file=f"{settings.deploy}/{ACL}",
        max_packet_size=MAX_PAYLOAD + 4096,  # the topic and MQTT's own bytes come on top
        max_inflight=MAX_INFLIGHT,
        max_queued=MAX_QUEUED,
        max_queued_bytes=256 * 1024 * 1024,
    )
    return {CONFIG: config, ACL: as_text("acl.j2", server=BROKER_USER, root=ROOT)}
