"""For how long the broker's certificate is still good: on its last day every PC falls silent at once."""

from __future__ import annotations

import socket
import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING

from provisioning.doctor.check import Check, error, warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collector.deploy import Broker
    from provisioning.doctor.check import Here, Said

WITHIN = 10.0  # seconds
DAYS = 30


@contextmanager
def secured(broker: Broker) -> Iterator[ssl.SSLSocket]:
    """A TLS connection to the broker, nothing said on it yet. OSError where there is none."""
    context = ssl.create_default_context(cafile=broker.ca_file)
    with (
        socket.create_connection((broker.host, broker.port), WITHIN) as plain,
        context.wrap_socket(plain, server_hostname=broker.host) as secure,
    ):
        yield secure


def look(here: Here) -> Iterator[Said]:
    try:
        with secured(here.deploy.broker) as connection:
            certificate = connection.getpeercert() or {}
    except ssl.SSLCertVerificationError as fault:
        yield error(f"the certificate is refused: {fault.verify_message}")
        return
    ends = ssl.cert_time_to_seconds(str(certificate["notAfter"]))
    days = int(ends - here.clock.wall().timestamp()) // 86_400
    if days < DAYS:
        yield warning(f"it ends in {days} days")


CHECK = Check(
    "QN-D005",
    "certificate",
    f"Is the broker's certificate good, and for {DAYS} days to come?",
    "renew it with `quannet credentials`, then `systemctl restart mosquitto`",
    look,
)
