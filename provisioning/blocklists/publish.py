"""Offering a compiled list to the agents: what the manifest says of it, and the retained message."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from collector.agent.blocklist.lookup import read_header
from collector.wire import BLOCKLIST, MANIFEST_TOPIC, Offer, encode_manifest

if TYPE_CHECKING:
    from pathlib import Path

    from paho.mqtt.client import Client

WITHIN = 30.0  # seconds that the broker has to take it


def offer(path: Path, url: str) -> Offer:
    """A compiled list as agents will fetch it from `url`. OSError, or ValueError where it is none."""
    with path.open("rb") as file:
        version = read_header(file)[0].version
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Offer(version, file.tell(), digest, url)


def publish(client: Client, blocklist: Offer) -> None:
    """To a connected client of the server; retained, so that a PC that starts tomorrow hears it too."""
    info = client.publish(MANIFEST_TOPIC, encode_manifest({BLOCKLIST: blocklist}), qos=1, retain=True)
    info.wait_for_publish(WITHIN)
    if not info.is_published():
        raise OSError(f"the broker has not taken the manifest within {WITHIN:g} s")
