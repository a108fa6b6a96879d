"""The port on Linux: processes from /proc, people from terminals and the X server."""

from __future__ import annotations

import os
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from collector.agent.blindness.surroundings import LinuxSurroundings, Surroundings
from collector.agent.lookout import Lookout
from collector.agent.platform import (
    NOBODY,
    PRESENT,
    UNKNOWN,
    Executable,
    Process,
    Session,
    Version,
    x11,
)
from collector.agent.platform.terminals import Terminals
from collector.clock import SystemClock

assert sys.platform != "win32"  # for mypy: only platform.current() imports this

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from collector.clock import Instant

_UTMP = ("run/utmp", "var/run/utmp")
_X_SOCKETS = "tmp/.X11-unix"
_ENDED = frozenset({b"Z", b"X", b"x"})
_CUT = 15  # bytes of a name that the kernel keeps
_TICKS = os.sysconf("SC_CLK_TCK")
_WAYLAND_SOCKETS = "run/user/*/wayland-*[0-9]"


class LinuxPlatform:
    """`root` and `terminals` (names of those where people are logged in) are given by tests."""

    name = "linux"

    def __init__(self, root: Path = Path("/"), terminals: Callable[[], Iterable[str]] | None = None) -> None:
        self._root = root
        self._logged_in = _logged_in if terminals is None else terminals
        self._terminals = Terminals(root / "dev")

    @cached_property
    def surroundings(self) -> Surroundings:
        return LinuxSurroundings(self._root)

    @cached_property
    def lookout(self) -> Lookout:
        """Packets, for the names in TLS; and systemd-resolved's monitor, for what it answers without a packet."""
        from collector.agent.packets.reader import Reader  # here: only who watches sites pays for them
        from collector.agent.platform.addresses import Addresses
        from collector.agent.platform.capture import Capture
        from collector.agent.platform.owners import Owners
        from collector.agent.platform.resolved import Monitor

        clock = SystemClock()
        return Lookout((Capture(clock, Reader), Monitor(clock)), clock, Owners(clock), Addresses(clock))

    def disk_share(self) -> float:
        return psutil.disk_usage(str(self._root)).percent

    def processes(self) -> dict[int, Process]:
        found: dict[int, Process] = {}
        for pid in psutil.pids():
            try:
                # Plain open: this line is most of what the agent costs the PC.
                with open(f"{psutil.PROCFS_PATH}/{pid}/stat", "rb", buffering=0) as file:  # noqa: PTH123
                    process = parse_stat(file.read())
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue  # gone since it was listed, or hidden from us (hidepid)
            if process is not None:
                found[pid] = process
        return found

    def age(self, process: Process, now: Instant) -> float:
        # The kernel's clock of starts and our monotonic one are the same: seconds since boot. The wall
        # clock has no part in it.
        return max(0.0, now.mono - process.started)

    def executable(self, pid: int, process: Process) -> Executable | None:
        name = process.image
        if len(name.encode()) >= _CUT:
            try:
                name = psutil.Process(pid).name()  # completes it from the command line
            except psutil.NoSuchProcess:
                return None
            except psutil.AccessDenied:
                pass
        try:
            path = os.readlink(f"{psutil.PROCFS_PATH}/{pid}/exe")  # noqa: PTH115 - as above
        except OSError:  # a thread of the kernel has none, another user's is not shown, or it is gone
            return Executable(name)
        return Executable(name, path.removesuffix(" (deleted)"))  # replaced by an update as it runs

    def version(self, path: str) -> Version | None:  # noqa: ARG002 - the port's shape
        return None  # a Windows program under Wine: its resource is not worth a parser here

    def session(self, now: Instant) -> Session:
        """Steps: 1. the terminals; 2. the X servers; 3. a key seen in any of them proves a person,
        but a silence counts only where all that a person could use was seen.
        """
        terminals = sorted(self._logged_in())
        idle = self._terminals.idle(terminals, now)
        for display in self._displays():
            silent = x11.idle_seconds(display, x11.cookies(self._root))
            if silent is None:
                return _only_if_used(idle)
            idle = silent if idle is None else min(idle, silent)
        if any(self._root.glob(_WAYLAND_SOCKETS)):
            return _only_if_used(idle)  # a compositor tells nobody who is no client of its own
        if idle is not None:
            return Session(PRESENT, idle)
        if terminals or not any((self._root / path).exists() for path in _UTMP):
            return Session(UNKNOWN)
        return Session(NOBODY)

    def _displays(self) -> list[Path]:
        return sorted((self._root / _X_SOCKETS).glob("X[0-9]*"))


def parse_stat(stat: bytes) -> Process | None:
    """A process from its /proc/<pid>/stat; None for a zombie, which runs no more, and for what is no stat.

    The name stands in brackets and may itself hold brackets and spaces: the last one closes it.
    """
    head, bracket, tail = stat.rpartition(b")")
    fields = tail.split()
    if not bracket or len(fields) < 20 or fields[0] in _ENDED:
        return None
    return Process(int(fields[19]) / _TICKS, head.partition(b"(")[2].decode("utf-8", "replace"))


def _only_if_used(idle: float | None) -> Session:
    """Something is out of sight: a late key seen elsewhere is a person's, a silence proves nothing."""
    return Session(UNKNOWN, idle)


def _logged_in() -> list[str]:
    """Terminals of people at this PC; who came over the network is not sitting here."""
    return [
        user.terminal
        for user in psutil.users()
        if user.terminal and (not user.host or user.host == "localhost" or user.host.startswith(":"))
    ]
