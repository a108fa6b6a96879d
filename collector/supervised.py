"""What a process tells its supervisor (systemd, or a parent that speaks the same): ready, at work, stopping.

One datagram to the socket that $NOTIFY_SOCKET names, as in sd_notify(3). Nobody asked: nothing is sent.
"""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from collector.clock import Clock

VARIABLE = "NOTIFY_SOCKET"
READY, ALIVE, STOPPING, STATUS = "READY=1", "WATCHDOG=1", "STOPPING=1", "STATUS="
EVERY = 1.0  # seconds between two signs of life at most; WatchdogSec is much longer
PATIENCE = "EXTEND_TIMEOUT_USEC=60000000"  # for one that is at work but cannot serve yet: a minute from now
_LONGEST = 200  # characters of a status


def environment(address: str | None = None) -> dict[str, str]:
    """Ours, for a child that shall tell `address` of itself, and never our own supervisor."""
    own = {VARIABLE, "WATCHDOG_USEC", "WATCHDOG_PID"}
    shared = {name: value for name, value in _environment().items() if name not in own}
    return shared if address is None else shared | {VARIABLE: address}


def _environment() -> Mapping[str, str]:
    return os.environ  # noqa: TID251 - systemd names its socket here and nowhere else


class Supervised:
    """To be called by the loop that does the work, and by nothing else: a timer would vouch for a hung loop.

    A supervisor that cannot be reached is no reason to stop working; what was not told is told with the
    next sign of life.
    """

    def __init__(self, clock: Clock, address: str | None = None) -> None:
        """`address` is a path, or `@name` in the abstract namespace; None tells nobody."""
        self._clock = clock
        address = address or ""
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._socket: socket.socket | None = None
        if address.startswith(("@", "/")):
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            self._socket.setblocking(False)  # a supervisor that does not read must not hold us up
        self._ready = self._told = False
        self._due = 0.0
        self._status = ""

    @classmethod
    def from_environment(cls, clock: Clock) -> Supervised:
        """By systemd's variable, whose address is for this process alone."""
        return cls(clock, _environment().get(VARIABLE))

    def ready(self) -> None:
        """It serves from now on. Said once, however often it is called."""
        if not self._ready:
            self._ready = True
            self._told = self._send(READY)

    def alive(self, status: str = "") -> None:
        """The loop turned. `status` is one line for people; an empty one leaves the last."""
        if self._socket is None:
            return
        now = self._clock.monotonic()
        if now < self._due:
            return
        self._due = now + EVERY
        lines = [ALIVE if self._ready else PATIENCE]
        if self._ready and not self._told:
            lines.insert(0, READY)
        if status and status != self._status:
            lines.append(STATUS + " ".join(status.split())[:_LONGEST])
        if self._send(*lines):
            self._told = self._ready
            self._status = status or self._status

    def stopping(self) -> None:
        """It finishes the work in hand, and then ends."""
        self._send(STOPPING)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, *lines: str) -> bool:
        if self._socket is None:
            return False
        try:
            self._socket.sendto("\n".join(lines).encode(), self._address)
        except OSError:
            return False
        return True
