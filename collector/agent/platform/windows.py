"""The port on Windows, by ctypes. Written from Microsoft's documentation; it has never run on Windows.

What can be computed without Windows is in functions of its own, and those are tested everywhere.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from functools import cached_property
from typing import TYPE_CHECKING

import psutil

from collector.agent.lookout import Lookout
from collector.agent.platform import LOCKED, NOBODY, PRESENT, UNKNOWN, Executable, Process, Session, Version
from collector.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable

    from collector.agent.blindness.surroundings import Surroundings
    from collector.clock import Instant

NO_CONSOLE = 0xFFFFFFFF  # WTSGetActiveConsoleSessionId: nobody is attached
_SESSION_INFO = 25  # WTSSessionInfoEx
_USER_NAME = 5  # WTSUserName
_LOCKED_FLAG = 0  # WTS_SESSIONSTATE_LOCK; Windows 7 has the two values the wrong way round
_LARGEST_RESOURCE = 1024 * 1024  # bytes


class LastInput(ctypes.Structure):
    """LASTINPUTINFO."""

    _fields_ = (("size", ctypes.c_uint32), ("ticks", ctypes.c_uint32))


def idle_seconds(now_ticks: int, input_ticks: int) -> float:
    """Between two GetTickCounts. They run over every 49.7 days, and an input may come after we looked."""
    ticks = (now_ticks - input_ticks) & 0xFFFFFFFF
    return 0.0 if ticks >= 0x80000000 else ticks / 1000


def is_locked(info: bytes) -> bool | None:
    """From a WTSINFOEXW: level, then (aligned to 8) session, state and flags. None where it does not say."""
    if len(info) < 20:
        return None
    level, flags = struct.unpack_from("<I12xi", info)
    return None if level != 1 or flags not in {0, 1} else flags == _LOCKED_FLAG


def string_blocks(translation: bytes) -> list[str]:
    """Where a version resource keeps its texts, by the languages it lists; US English last, as is custom."""
    languages = [struct.unpack_from("<HH", translation, at) for at in range(0, len(translation) - 3, 4)]
    return [f"{language:04x}{page:04x}" for language, page in (*languages, (0x0409, 0x04B0))]


def describe(
    console: int, own: int, *, has_user: bool | None, locked: bool | None, idle: Callable[[], float | None]
) -> Session:
    """Steps: 1. is anybody attached; 2. logged in; 3. is it locked; 4. are we in that session and may ask."""
    if console == NO_CONSOLE or has_user is False:
        return Session(NOBODY)
    if locked:
        return Session(LOCKED)
    if console != own:
        return Session(UNKNOWN)  # a service's session 0 sees no input of the person's session
    silent = idle()
    return Session(UNKNOWN) if silent is None else Session(PRESENT, silent)


if sys.platform == "win32":  # pragma: no cover - no Windows here
    from collector.agent.blindness.registry import WindowsSurroundings

    class WindowsPlatform:
        """Loads its DLLs at construction."""

        name = "windows"

        def __init__(self) -> None:
            self._user = ctypes.WinDLL("user32", use_last_error=True)
            self._kernel = ctypes.WinDLL("kernel32", use_last_error=True)
            self._sessions = ctypes.WinDLL("wtsapi32", use_last_error=True)
            self._versions = ctypes.WinDLL("version", use_last_error=True)
            self._kernel.GetTickCount.restype = ctypes.c_uint32
            self._kernel.WTSGetActiveConsoleSessionId.restype = ctypes.c_uint32

        @cached_property
        def surroundings(self) -> Surroundings:
            return WindowsSurroundings()

        @cached_property
        def lookout(self) -> Lookout:
            from collector.agent.platform.windows_dns import DnsEvents
            from collector.agent.platform.windows_etw import DnsTrace

            clock = SystemClock()
            return Lookout((DnsEvents(clock, DnsTrace),), clock)

        def disk_share(self) -> float:
            windows = ctypes.create_unicode_buffer(260)
            self._kernel.GetWindowsDirectoryW(windows, 260)
            return psutil.disk_usage(windows.value[:3] or "C:\\").percent

        def processes(self) -> dict[int, Process]:
            found: dict[int, Process] = {}
            for pid in psutil.pids():
                try:
                    found[pid] = Process(psutil.Process(pid).create_time())
                except (psutil.NoSuchProcess, psutil.AccessDenied):
                    continue
            return found

        def age(self, process: Process, now: Instant) -> float:
            # The start is wall time: compared once, at first sight, it is not moved by later changes.
            return max(0.0, now.wall - process.started)

        def executable(self, pid: int, process: Process) -> Executable | None:
            try:
                asked = psutil.Process(pid)
                if asked.create_time() != process.started:
                    return None  # its number is already another's, which is met at the next sample
                name = asked.name()
                try:
                    return Executable(name, asked.exe())
                except psutil.AccessDenied:
                    return Executable(name)
            except psutil.NoSuchProcess:
                return None
            except psutil.AccessDenied:
                return Executable("")

        def version(self, path: str) -> Version | None:
            size = self._versions.GetFileVersionInfoSizeW(path, None)
            if not 0 < size <= _LARGEST_RESOURCE:
                return None
            resource = ctypes.create_string_buffer(size)
            if not self._versions.GetFileVersionInfoW(path, 0, size, resource):
                return None
            for block in string_blocks(self._value(resource, r"\VarFileInfo\Translation")):
                company = self._text(resource, block, "CompanyName")
                product = self._text(resource, block, "ProductName")
                if company or product:
                    return Version(company, product)
            return None

        def session(self, now: Instant) -> Session:  # noqa: ARG002 - the port's shape
            console = int(self._kernel.WTSGetActiveConsoleSessionId())
            own = ctypes.c_uint32(NO_CONSOLE)
            self._kernel.ProcessIdToSessionId(os.getpid(), ctypes.byref(own))
            user = self._ask(console, _USER_NAME)
            info = self._ask(console, _SESSION_INFO)
            return describe(
                console,
                own.value,
                # Only whether there is a name; the name itself is nobody's business here.
                has_user=None if user is None else len(user) > 2,
                locked=None if info is None else is_locked(info),
                idle=self._idle,
            )

        def _idle(self) -> float | None:
            last = LastInput(ctypes.sizeof(LastInput), 0)
            if not self._user.GetLastInputInfo(ctypes.byref(last)):
                return None
            return idle_seconds(int(self._kernel.GetTickCount()), last.ticks)

        def _ask(self, session: int, kind: int) -> bytes | None:
            buffer, size = ctypes.c_void_p(), ctypes.c_uint32()
            if not self._sessions.WTSQuerySessionInformationW(
                None, ctypes.c_uint32(session), kind, ctypes.byref(buffer), ctypes.byref(size)
            ):
                return None
            try:
                return ctypes.string_at(buffer.value or 0, size.value) if buffer.value else None
            finally:
                self._sessions.WTSFreeMemory(buffer)

        def _text(self, resource: ctypes.Array[ctypes.c_char], block: str, name: str) -> str:
            raw = self._value(resource, rf"\StringFileInfo\{block}\{name}", wide=True)
            return raw.decode("utf-16-le", "replace").rstrip("\0")

        def _value(self, resource: ctypes.Array[ctypes.c_char], key: str, *, wide: bool = False) -> bytes:
            value, size = ctypes.c_void_p(), ctypes.c_uint32()
            if not self._versions.VerQueryValueW(resource, key, ctypes.byref(value), ctypes.byref(size)):
                return b""
            # For texts the size is in characters, for everything else in bytes.
            return ctypes.string_at(value.value, size.value * (2 if wide else 1)) if value.value else b""
