"""The other end of `supervised`: a socket on which child processes say that they serve and that they work."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from typing import Self

from collector.supervised import ALIVE, PATIENCE, READY, STATUS

_LONGEST = 4096  # bytes of a datagram that is read; ours are far shorter
_CREDENTIALS = struct.Struct("3i")  # struct ucred: process, user, group


@dataclass(frozen=True)
class Word:
    """What a process said: `alive` by any sign that its loop turns, ready or not; `status` None for no word on it."""

    pid: int
    ready: bool
    alive: bool
    status: str | None


class Supervisor:
    """Listens from the constructor on; a context manager closes it.

    The address is in the abstract namespace, where any process of this machine may write: whose word it is
    tells the kernel, which puts the sender's process id beside each datagram.
    """

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._socket.bind("")  # the kernel finds a free name
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.address = "@" + self._socket.getsockname()[1:].decode("ascii")

    def hear(self, seconds: float) -> list[Word]:
        """All that was said, after waiting for a first word at most this long."""
        words: list[Word] = []
        self._socket.settimeout(seconds)
        while True:
            try:
                data, ancillary, _, _ = self._socket.recvmsg(_LONGEST, socket.CMSG_SPACE(_CREDENTIALS.size))
            except (TimeoutError, BlockingIOError):
                return words
            self._socket.settimeout(0)
            for level, kind, content in ancillary:
                if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
                    words.append(_word(_CREDENTIALS.unpack(content)[0], data))

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _word(pid: int, data: bytes) -> Word:
    lines = data.decode("utf-8", "replace").split("\n")
    statuses = [line.removeprefix(STATUS) for line in lines if line.startswith(STATUS)]
    return Word(pid, READY in lines, ALIVE in lines or PATIENCE in lines, statuses[-1] if statuses else None)
