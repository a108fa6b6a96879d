"""The port behind the sensors: what psutil does not say alike, or at all, on Linux and on Windows."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from collector.agent.blindness.surroundings import Surroundings
    from collector.agent.lookout import Lookout
    from collector.clock import Instant

# What `Session.state` may say; `active` or `idle` follows from `idle` seconds, the sensor decides.
PRESENT, LOCKED, NOBODY, UNKNOWN = "present", "locked", "none", "unknown"


@dataclass(frozen=True)
class Process:
    """One life of a process: equal as long as neither the PID was reused nor another program put in.

    `started` is on the clock that `Platform.age` reads; `image` changes when the process runs another
    program (exec), and is empty where that cannot happen.
    """

    started: float
    image: str = ""


@dataclass(frozen=True)
class Executable:
    """`path` is empty where the system does not let us see it."""

    name: str
    path: str = ""


@dataclass(frozen=True)
class Version:
    """What a Windows program says of itself in its version resource."""

    company: str = ""
    product: str = ""


@dataclass(frozen=True)
class Session:
    """Who sits at the PC: `idle` is seconds since the last key or mouse, None where nobody can tell.

    With UNKNOWN, `idle` is what could be seen: the true one is that or less.
    """

    state: str
    idle: float | None = None


class Platform(Protocol):
    """Answers at once and holds no thread. A process that is gone is no fault; access denied neither."""

    name: str

    @property
    def lookout(self) -> Lookout:
        """Where names are seen: one a platform, its threads begin when a sensor first asks."""
        ...

    @property
    def surroundings(self) -> Surroundings:
        """What the system says of its networks, resolvers and browsers."""
        ...

    def disk_share(self) -> float:
        """Percent of the system disk that is in use."""
        ...

    def processes(self) -> Mapping[int, Process]:
        """Each PID that runs now, as cheaply as can be: it is asked at every sample."""
        ...

    def age(self, process: Process, now: Instant) -> float:
        """Seconds since it started; never negative."""
        ...

    def executable(self, pid: int, process: Process) -> Executable | None:
        """Asked once for each process. None where it is gone."""
        ...

    def version(self, path: str) -> Version | None:
        """None where the program says nothing of itself, or cannot be read."""
        ...

    def session(self, now: Instant) -> Session: ...


def current() -> Platform:
    """The port of the system that this runs on."""
    if sys.platform == "win32":
        from collector.agent.platform.windows import WindowsPlatform  # its DLLs exist on Windows only

        return WindowsPlatform()
    else:  # noqa: RET505 - mypy leaves out the other system's half only so
        from collector.agent.platform.linux import LinuxPlatform

        return LinuxPlatform()
