"""What the site offers its agents, kept as the broker's retained manifest: the compiled list of sites."""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING, Protocol

from collector.agent.blocklist.lookup import read_header
from collector.wire import BLOCKLIST, MANIFEST_TOPIC, Offer, WireError, encode_manifest

if TYPE_CHECKING:
    from pathlib import Path

    from collector.deploy import Offered

log = logging.getLogger(__name__)


class Publisher(Protocol):
    """A connection to the broker."""

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> None: ...


def offer(path: Path, url: str) -> Offer:
    """A compiled list as agents will fetch it from `url`. OSError, or ValueError where it is none."""
    with path.open("rb") as file:
        version = read_header(file)[0].version
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Offer(version, file.tell(), digest, url)


class Herald:
    """Publishes the manifest when the file changes; and again whenever asked, since a broker forgets."""

    def __init__(self, link: Publisher, offered: Offered | None) -> None:
        self._link = link
        self._offered = offered
        self._mark = (0, 0, 0)
        self._payload: bytes | None = None
        self._failing = False

    def look(self) -> None:
        """Publish where the file is another one than before. A missing or damaged one changes nothing."""
        if self._offered is None:
            return
        try:
            status = self._offered.file.stat()
            mark = (status.st_ino, status.st_mtime_ns, status.st_size)
            if mark == self._mark:
                return
            self._payload = encode_manifest({BLOCKLIST: offer(self._offered.file, self._offered.url)})
            self._mark = mark
        except (OSError, ValueError, WireError) as fault:
            if not self._failing:
                log.warning("no list of sites to offer: %s", fault)
            self._failing = True
            return
        self._failing = False
        log.info("a list of sites is offered")
        self.repeat()

    def repeat(self) -> None:
        """Say again what is offered: to a broker that may have lost it."""
        if self._payload is not None:
            self._link.publish(MANIFEST_TOPIC, self._payload, qos=1, retain=True)
