"""Lookups on Windows, from event 3008 of its DNS client: what the system's resolver was asked and answered.

The reading of an event and the observer's life are tested everywhere, on a trace that is played; the trace
of the system is `windows_etw`. Neither has been run on Windows.
"""

from __future__ import annotations

import ipaddress
import re
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import psutil

from collector.agent.lookout import State
from collector.agent.observation import Lookup
from collector.agent.packets import names

if TYPE_CHECKING:
    from collections.abc import Callable

    from collector.clock import Clock

EVENT = 3008  # a query is completed
VERSION = 0  # of the event's fields; another is not guessed at
MOST_RESULTS = 64

_BETWEEN = 4 + 8 + 4  # bytes of type, options and status, which are the same for us whatever they are
_RECORD = re.compile(r"type:\s*(\d+)\s+(\S+)", re.IGNORECASE)
_CNAME = "5"


def parse(user_data: bytes, version: int, at: float = 0.0, process: str = "") -> Lookup | None:
    """The event's fields: name, type, options, status, results; None where that is not what they are.

    A name that does not exist was looked up, too. Results read like
    `type:  5 cname.example;::ffff:1.2.3.4;`, and whatever else stands in them is passed over.
    """
    if version != VERSION:
        return None
    asked, end = _text(user_data, 0)
    name = canonical(asked)
    if not name:
        return None
    results, _ = _text(user_data, end + _BETWEEN)
    chain, addresses = {name: None}, []
    for piece in results.split(";", MOST_RESULTS)[:MOST_RESULTS]:
        if record := _RECORD.match(piece.strip()):
            if record[1] == _CNAME and (target := canonical(record[2])):
                chain[target] = None
        elif address := _address(piece):
            addresses.append(address)
    return Lookup(tuple(chain), tuple(addresses), None, at, process)


def canonical(text: str) -> str:
    """A name as a program gave it to the system, written as on the wire; a dot in it separates labels."""
    text = text.strip().removesuffix(".")
    if not text.isascii():
        try:
            return names.name(text.encode("idna").split(b"."))
        except UnicodeError:  # no name of today's rules, but somebody asked for it
            pass
    labels = text.encode("utf-8", "replace").split(b".")
    return names.name(labels) if len(text) <= names.LONGEST and all(labels) else ""


def _text(data: bytes, at: int) -> tuple[str, int]:
    """UTF-16 up to its zero, and where the next field begins; up to the end where there is no zero."""
    end = data.find(b"\0\0", at)
    while end >= 0 and (end - at) % 2:
        end = data.find(b"\0\0", end + 1)
    if end < 0:
        end = len(data) - (len(data) - at) % 2
    return data[at:end].decode("utf-16-le", "replace"), end + 2


def _address(piece: str) -> str | None:
    try:
        address = ipaddress.ip_address(piece.strip().partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


class Record(Protocol):
    """One event of a trace."""

    @property
    def number(self) -> int: ...
    @property
    def version(self) -> int: ...
    @property
    def process(self) -> int: ...
    @property
    def data(self) -> bytes: ...


class Trace(Protocol):
    """A session of the system's that gives the DNS client's events. Only administrators may have one."""

    def open(self, take: Callable[[Record], None]) -> None:
        """Begin a session, after ending one of our name that a killed agent has left. PermissionError, OSError."""
        ...

    def run(self) -> None:
        """Give events, until it is closed."""
        ...

    def lost(self) -> int:
        """Events for which the session had no room."""
        ...

    def close(self) -> None: ...


class DnsEvents:
    """An observer: one thread, which the system gives its events.

    The process is who asked by the event; the system's own resolver service sometimes asks for others.
    """

    name = "etw"
    whole = False

    def __init__(self, clock: Clock, trace: Callable[[], Trace]) -> None:
        self._clock = clock
        self._new_trace = trace
        self._trace: Trace | None = None
        self._thread: threading.Thread | None = None
        self._state = State()
        self._lost = 0  # in sessions that have ended
        self._strange = self._unread = 0  # events of another version; events that brought somebody down

    def start(self, take: Callable[[Lookup], None]) -> None:
        if self._thread is not None and self._thread.is_alive():
            return
        self.stop()
        trace = self._new_trace()
        try:
            trace.open(lambda record: self._read(record, take))
        except OSError as fault:
            permitted = not isinstance(fault, PermissionError)
            self._state = State(permitted=permitted, complaint=_words(fault))
            return
        self._trace = trace
        self._state = State(running=True, since=self._clock.monotonic())
        self._thread = threading.Thread(target=self._run, args=(trace,), name="dns events", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        trace, self._trace = self._trace, None
        if trace is None:
            return
        self._lost += _lost(trace)
        trace.close()
        if self._thread is not None:
            self._thread.join()

    def state(self) -> State:
        trace = self._trace
        lost = self._lost + self._strange + self._unread + (0 if trace is None else _lost(trace))
        complaint = self._state.complaint or ("dns_event_unknown_version" if self._strange else "")
        return replace(self._state, lost=lost, complaint=complaint)

    def _run(self, trace: Trace) -> None:
        complaint = ""
        try:
            trace.run()
        except OSError as fault:
            complaint = _words(fault)
        if self._trace is trace and not complaint:
            complaint = "the trace ended"  # somebody stopped its session: it is begun again
        self._state = replace(self._state, running=False, complaint=complaint)

    def _read(self, record: Record, take: Callable[[Lookup], None]) -> None:
        """Called by the system for each event of the provider, in the observer's thread."""
        if record.number != EVENT:
            return
        if record.version != VERSION:
            self._strange += 1
            return
        try:
            seen = parse(record.data, record.version, self._clock.monotonic(), _program(record.process))
            if seen is not None:
                take(seen)
        except Exception:  # noqa: BLE001 - behind this is the system: what goes up there is printed, names and all
            self._unread += 1


def _program(pid: int) -> str:
    """Asked at once: a moment later the process may be gone, or its number another's."""
    try:
        return psutil.Process(pid).name()
    except (psutil.Error, ValueError):
        return ""


def _lost(trace: Trace) -> int:
    try:
        return trace.lost()
    except OSError:  # its session has ended
        return 0


def _words(fault: OSError) -> str:
    return fault.strerror or type(fault).__name__
