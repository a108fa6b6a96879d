"""What systemd-resolved answers, also from its cache and over TLS: its monitor, in varlink over a socket."""

from __future__ import annotations

import contextlib
import json
import socket
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collector.agent.lookout import State
from collector.agent.observation import Lookup
from collector.agent.packets import ip

assert sys.platform != "win32"  # for mypy: only the Linux port imports this

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from collector.agent.sights import Observation
    from collector.clock import Clock

SOCKET = Path("/run/systemd/resolve/io.systemd.Resolve.Monitor")
SUBSCRIBE = {"method": "io.systemd.Resolve.Monitor.SubscribeQueryResults", "more": True}

CONNECT_WITHIN = 2.0  # seconds
LONGEST = 256 * 1024  # bytes of a message
MOST = 64  # questions, names and addresses of a message
_FORBIDDEN = ("PermissionDenied", "InteractiveAuthenticationRequired")
_A, _CNAME, _AAAA = 1, 5, 28


class Monitor:
    """One thread, one connection; a new one at the next `start` after it broke. No program is known here."""

    name = "resolved"
    whole = False

    def __init__(self, clock: Clock, path: Path = SOCKET) -> None:
        self._clock = clock
        self._path = path
        self._thread: threading.Thread | None = None
        self._connection: socket.socket | None = None
        self._state = State()

    def start(self, take: Callable[[Observation], None]) -> None:
        if (self._thread is not None and self._thread.is_alive()) or not self._path.exists():
            return  # no resolved here: packets say all there is
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(CONNECT_WITHIN)
            connection.connect(str(self._path))
            connection.sendall(json.dumps(SUBSCRIBE).encode() + b"\0")
            connection.settimeout(None)
        except OSError as fault:
            connection.close()
            permitted = not isinstance(fault, PermissionError)
            self._state = replace(self._state, permitted=permitted, complaint=fault.strerror or "no answer")
            return
        self._connection = connection
        self._thread = threading.Thread(
            target=self._run, args=(connection, take), name="resolved", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        if self._thread is not None and self._connection is not None:
            with contextlib.suppress(OSError):  # it broke by itself
                self._connection.shutdown(socket.SHUT_RDWR)
            self._thread.join()
        self._thread = None

    def state(self) -> State:
        return self._state

    def _run(self, connection: socket.socket, take: Callable[[Observation], None]) -> None:
        complaint = "connection ended"
        try:
            for message in messages(connection):
                self._message(message, take)
        except (OSError, ValueError) as fault:
            complaint = str(fault) if isinstance(fault, _RefusedError) else type(fault).__name__
            permitted = not complaint.endswith(_FORBIDDEN)
            self._state = replace(self._state, permitted=permitted)
        finally:
            connection.close()
        self._state = replace(self._state, running=False, complaint=complaint)

    def _message(self, message: dict[str, Any], take: Callable[[Observation], None]) -> None:
        """The first one says that the monitor is ready; `error` ends it."""
        error = message.get("error")
        if isinstance(error, str):
            raise _RefusedError(error[:64])
        now = self._clock.monotonic()
        if not self._state.running:
            self._state = State(running=True, since=now, lost=self._state.lost)
        parameters = message.get("parameters")
        if isinstance(parameters, dict) and "question" in parameters:
            seen = lookup(parameters, now)
            if seen is not None:
                take(seen)
            else:
                self._state = replace(self._state, lost=self._state.lost + 1)


class _RefusedError(ValueError):
    """The monitor's own word, which holds no name."""


def messages(connection: socket.socket) -> Iterator[dict[str, Any]]:
    """JSON objects, each ended by a NUL, however the stream was cut. ValueError for what is none."""
    rest = b""
    while data := connection.recv(65_536):
        *whole, rest = (rest + data).split(b"\0")
        for text in whole:
            message = json.loads(text)
            if not isinstance(message, dict):
                raise ValueError("no object")  # noqa: TRY004 - a fault of what was sent
            yield message
        if len(rest) > LONGEST:
            raise ValueError("a message without end")


def lookup(parameters: dict[str, Any], at: float) -> Lookup | None:
    """The question, the names that CNAMEs led to, and the addresses. None where no name is to be read."""
    names: dict[str, None] = {}
    addresses: dict[str, None] = {}
    for question in (*_list(parameters, "question"), *_list(parameters, "collectedQuestions")):
        _add(names, question.get("name"))
    asked = len(names)
    for answer in _list(parameters, "answer"):
        record = _dict(answer.get("rr"))
        kind = _dict(record.get("key")).get("type")
        if kind == _CNAME:
            _add(names, record.get("name"))
        elif kind in {_A, _AAAA}:
            address = _address(record.get("address"))
            if address:
                addresses[address] = None
    return Lookup(tuple(names), tuple(addresses), None, at) if asked else None


def _list(parameters: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = parameters.get(key)
    return [one for one in found[:MOST] if isinstance(one, dict)] if isinstance(found, list) else []


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _add(names: dict[str, None], name: object) -> None:
    if isinstance(name, str) and (plain := name.lower().rstrip(".")):
        names[plain[:1024]] = None


def _address(value: object) -> str:
    try:
        return ip.text(bytes(value)) if isinstance(value, list) else ""
    except (ValueError, TypeError):
        return ""
