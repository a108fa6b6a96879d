"""A TLS socket that reads and writes in bulk: paho reads a packet in four calls and writes each in a record of its own.

At thousands of acknowledgements a second the records cost ingest and the broker more than what they hold
(benchmarks/ingest.py).
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

READ = 64 * 1024  # bytes asked for at once; TLS gives a record of at most 16 KiB
HELD = 256 * 1024  # bytes that wait to be written; beyond them the socket counts as busy


class BulkSocket(ssl.SSLSocket):
    """Not blocking. What is sent leaves with `flush`, or at once where it is `direct`."""

    direct = False

    # ssl makes the object itself, so that these begin as the class's.
    _came: bytes = b""
    _at = 0
    _held: bytearray | None = None

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """As the socket's own, from what is here already where there is some."""
        if self._at >= len(self._came):
            self._came, self._at = super().recv(max(READ, buflen), flags), 0
        data = self._came[self._at : self._at + buflen]
        self._at += len(data)
        return data

    def pending(self) -> int:
        return len(self._came) - self._at + super().pending()

    def send(self, data: Any, flags: int = 0) -> int:
        """Takes all of it, or as the socket's own says that it would block."""
        if self.direct:
            return super().send(data, flags)
        if self._held is None:
            self._held = bytearray()
        if len(self._held) >= HELD:
            self.flush()
        if len(self._held) >= HELD:
            raise ssl.SSLWantWriteError
        self._held += data
        return len(data)

    @property
    def held(self) -> int:
        """Bytes that wait to be written."""
        return len(self._held or b"")

    def flush(self) -> None:
        """Write as much as the connection takes. OSError where it is gone."""
        held = self._held
        while held:
            try:
                sent = super().send(bytes(held[:READ]))
            except (ssl.SSLWantWriteError, ssl.SSLWantReadError):
                return
            del held[:sent]


def context(ca_file: Path) -> ssl.SSLContext:
    """Verifies the broker against the site's authority; its sockets are bulk sockets."""
    made = ssl.create_default_context(cafile=ca_file)
    made.sslsocket_class = BulkSocket
    return made
