"""A trace session of Windows that gives the events of its DNS client, by ctypes; it has not been run on Windows.

Written from Microsoft's documentation, for 64 bits only. The structures' sizes are tested everywhere. The
user's number (SID), which the system would add to each event if asked, is not asked for.
"""

from __future__ import annotations

import ctypes
import errno
import sys
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from collector.agent.platform.windows_dns import Record

SESSION = "quannet-dns"
PROVIDER = uuid.UUID("1c95126e-7eea-49a9-a3fe-a378b03ddb4d")  # Microsoft-Windows-DNS-Client

ACCESS_DENIED = 5
_QUERY, _STOP = 0, 1  # of ControlTrace
_ENABLE, _INFORMATION = 1, 4
_REAL_TIME, _AS_RECORDS = 0x00000100, 0x10000000
_TRACED_GUID = 0x00020000
_QPC = 1  # the session's clock
_INVALID = 0xFFFFFFFFFFFFFFFF
_NAME_BYTES = 256
_BUFFER_KB, _FEWEST, _MOST = 64, 4, 32  # the session's buffers: at most 2 MiB
_FLUSH = 1  # seconds until a buffer that is not full is handed over


class Guid(ctypes.Structure):
    _fields_ = (("bytes", ctypes.c_uint8 * 16),)


class Wnode(ctypes.Structure):
    """WNODE_HEADER."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("provider", ctypes.c_uint32),
        ("context", ctypes.c_uint64),
        ("stamp", ctypes.c_int64),
        ("guid", Guid),
        ("clock", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
    )


class Properties(ctypes.Structure):
    """EVENT_TRACE_PROPERTIES, and room behind it for the session's name, which the system writes there."""

    _fields_ = (
        ("wnode", Wnode),
        ("buffer_kb", ctypes.c_uint32),
        ("fewest_buffers", ctypes.c_uint32),
        ("most_buffers", ctypes.c_uint32),
        ("largest_file", ctypes.c_uint32),
        ("mode", ctypes.c_uint32),
        ("flush", ctypes.c_uint32),
        ("enable", ctypes.c_uint32),
        ("age", ctypes.c_int32),
        ("buffers", ctypes.c_uint32),
        ("free_buffers", ctypes.c_uint32),
        ("events_lost", ctypes.c_uint32),
        ("buffers_written", ctypes.c_uint32),
        ("log_buffers_lost", ctypes.c_uint32),
        ("real_time_buffers_lost", ctypes.c_uint32),
        ("thread", ctypes.c_void_p),
        ("file_name_at", ctypes.c_uint32),
        ("name_at", ctypes.c_uint32),
    )


class NamedProperties(ctypes.Structure):
    _fields_ = (("properties", Properties), ("name", ctypes.c_uint8 * _NAME_BYTES))


class Descriptor(ctypes.Structure):
    """EVENT_DESCRIPTOR."""

    _fields_ = (
        ("id", ctypes.c_uint16),
        ("version", ctypes.c_uint8),
        ("channel", ctypes.c_uint8),
        ("level", ctypes.c_uint8),
        ("operation", ctypes.c_uint8),
        ("task", ctypes.c_uint16),
        ("keyword", ctypes.c_uint64),
    )


class Header(ctypes.Structure):
    """EVENT_HEADER."""

    _fields_ = (
        ("size", ctypes.c_uint16),
        ("type", ctypes.c_uint16),
        ("flags", ctypes.c_uint16),
        ("property", ctypes.c_uint16),
        ("thread", ctypes.c_uint32),
        ("process", ctypes.c_uint32),
        ("stamp", ctypes.c_int64),
        ("provider", Guid),
        ("descriptor", Descriptor),
        ("times", ctypes.c_uint64),
        ("activity", Guid),
    )


class EventRecord(ctypes.Structure):
    """EVENT_RECORD."""

    _fields_ = (
        ("header", Header),
        ("buffer", ctypes.c_uint32),
        ("extended_count", ctypes.c_uint16),
        ("data_size", ctypes.c_uint16),
        ("extended", ctypes.c_void_p),
        ("data", ctypes.c_void_p),
        ("context", ctypes.c_void_p),
    )


class LogFile(ctypes.Structure):
    """EVENT_TRACE_LOGFILEW; what we neither write nor read is left as the room it takes."""

    _fields_ = (
        ("file_name", ctypes.c_wchar_p),
        ("session", ctypes.c_wchar_p),
        ("time", ctypes.c_int64),
        ("buffers_read", ctypes.c_uint32),
        ("mode", ctypes.c_uint32),
        ("event", ctypes.c_uint64 * 11),
        ("header", ctypes.c_uint64 * 35),
        ("on_buffer", ctypes.c_void_p),
        ("buffer_size", ctypes.c_uint32),
        ("filled", ctypes.c_uint32),
        ("events_lost", ctypes.c_uint32),
        ("on_record", ctypes.c_void_p),
        ("kernel", ctypes.c_uint32),
        ("context", ctypes.c_void_p),
    )


@dataclass(frozen=True)
class Event:
    """What is taken from the system's memory before its callback returns."""

    number: int
    version: int
    process: int
    data: bytes


def event(record: EventRecord) -> Event:
    descriptor = record.header.descriptor
    data = ctypes.string_at(record.data, record.data_size) if record.data else b""
    return Event(descriptor.id, descriptor.version, record.header.process, data)


def properties() -> NamedProperties:
    """What a session of ours is to be."""
    named = NamedProperties()
    asked = named.properties
    asked.wnode.size = ctypes.sizeof(NamedProperties)
    asked.wnode.clock = _QPC
    asked.wnode.flags = _TRACED_GUID
    asked.buffer_kb, asked.fewest_buffers, asked.most_buffers = _BUFFER_KB, _FEWEST, _MOST
    asked.mode = _REAL_TIME
    asked.flush = _FLUSH
    asked.name_at = ctypes.sizeof(Properties)
    return named


def fault(code: int, what: str) -> OSError:
    """Of a system call's result."""
    if code == ACCESS_DENIED:
        return PermissionError(errno.EACCES, f"{what} needs an administrator")
    return OSError(errno.EIO, f"{what} failed with {code}")


if sys.platform == "win32":  # pragma: no cover - no Windows here

    class DnsTrace:
        """Implements windows_dns.Trace. Loads its DLL at construction."""

        def __init__(self) -> None:
            self._api = ctypes.WinDLL("advapi32", use_last_error=True)
            self._api.OpenTraceW.restype = ctypes.c_uint64
            self._api.OpenTraceW.argtypes = (ctypes.POINTER(LogFile),)
            self._api.CloseTrace.argtypes = (ctypes.c_uint64,)
            self._api.ProcessTrace.argtypes = (
                ctypes.POINTER(ctypes.c_uint64),
                ctypes.c_uint32,
                ctypes.c_void_p,
                ctypes.c_void_p,
            )
            self._api.EnableTraceEx2.argtypes = (
                ctypes.c_uint64,
                ctypes.POINTER(Guid),
                ctypes.c_uint32,
                ctypes.c_uint8,
                ctypes.c_uint64,
                ctypes.c_uint64,
                ctypes.c_uint32,
                ctypes.c_void_p,
            )
            self._api.StartTraceW.argtypes = (
                ctypes.POINTER(ctypes.c_uint64),
                ctypes.c_wchar_p,
                ctypes.POINTER(NamedProperties),
            )
            self._api.ControlTraceW.argtypes = (
                ctypes.c_uint64,
                ctypes.c_wchar_p,
                ctypes.POINTER(NamedProperties),
                ctypes.c_uint32,
            )
            self._opened = _INVALID
            self._callback: object = None  # kept alive for as long as the system may call it

        def open(self, take: Callable[[Record], None]) -> None:
            self._control(_STOP)  # what a killed agent has left
            session = ctypes.c_uint64()
            code = self._api.StartTraceW(ctypes.byref(session), SESSION, ctypes.byref(properties()))
            if code:
                raise fault(code, "StartTrace")
            guid = Guid.from_buffer_copy(PROVIDER.bytes_le)
            code = self._api.EnableTraceEx2(session, ctypes.byref(guid), _ENABLE, _INFORMATION, 0, 0, 0, None)
            if code:
                self._control(_STOP)
                raise fault(code, "EnableTrace")
            self._listen(take)

        def _listen(self, take: Callable[[Record], None]) -> None:
            kind = ctypes.WINFUNCTYPE(None, ctypes.POINTER(EventRecord))
            self._callback = callback = kind(lambda record: take(event(record.contents)))
            log = LogFile(session=SESSION, mode=_REAL_TIME | _AS_RECORDS)
            log.on_record = ctypes.cast(callback, ctypes.c_void_p).value
            self._opened = int(self._api.OpenTraceW(ctypes.byref(log)))
            if self._opened == _INVALID:
                code = ctypes.get_last_error()
                self._control(_STOP)
                raise fault(code, "OpenTrace")

        def run(self) -> None:
            handle = ctypes.c_uint64(self._opened)
            code = self._api.ProcessTrace(ctypes.byref(handle), 1, None, None)
            if code:
                raise fault(code, "ProcessTrace")

        def lost(self) -> int:
            code, now = self._control(_QUERY)
            if code:
                raise fault(code, "ControlTrace")
            return int(now.events_lost + now.real_time_buffers_lost)

        def close(self) -> None:
            """Ending the session lets `run` return; closing the trace alone may not."""
            self._control(_STOP)
            if self._opened != _INVALID:
                self._api.CloseTrace(self._opened)
                self._opened = _INVALID

        def _control(self, what: int) -> tuple[int, Properties]:
            named = properties()
            code = int(self._api.ControlTraceW(0, SESSION, ctypes.byref(named), what))
            return code, named.properties
