"""The thin edge: one look at processes, connections and adapters becomes the evidence of one sample."""

from __future__ import annotations

import math
import socket
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import psutil

from collector.agent.blindness.evidence import RECENT, Adapter, Connection, Evidence, is_loopback
from collector.agent.blindness.programs import BROWSER, RESOLVER, VPN, Program, Programs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from collector.agent.blindness.evidence import View
    from collector.agent.blindness.resolvers import Resolvers
    from collector.agent.blindness.surroundings import Surroundings
    from collector.agent.platform import Platform, Process
    from collector.clock import Instant

MOST = 5000  # connections of one sample; a PC that has more is no place to look for a browser's
_ALIVE = frozenset({psutil.CONN_ESTABLISHED, psutil.CONN_SYN_SENT, psutil.CONN_NONE})
# Far addresses to which a route is asked for. Nothing is sent there: a datagram socket only binds itself.
_FAR = ((socket.AF_INET, "1.1.1.1"), (socket.AF_INET6, "2606:4700:4700::1111"))
_Key = tuple[int, tuple[object, ...], tuple[object, ...]]


@dataclass
class Running:
    """The known programs that run: by PID, each with the moment of its start."""

    programs: Programs
    platform: Platform
    _known: dict[int, tuple[Process, Program | None, float]] = field(default_factory=dict)

    def look(self, now: Instant) -> Mapping[int, tuple[Program, float]]:
        """A program is asked for once in its life; after that only its PID is looked at."""
        known: dict[int, tuple[Process, Program | None, float]] = {}
        for pid, process in self.platform.processes().items():
            before = self._known.get(pid)
            if before is not None and before[0] == process:
                known[pid] = before
                continue
            executable = self.platform.executable(pid, process)
            if executable is not None:
                found = self.programs.match(executable.name, executable.path)
                known[pid] = (process, found, now.mono - self.platform.age(process, now))
        self._known = known
        return {pid: (program, began) for pid, (_, program, began) in known.items() if program is not None}


class Collector:
    """Remembers between two samples when a connection was first seen, and what the capture had counted."""

    def __init__(self, platform: Platform, surroundings: Surroundings, resolvers: Resolvers) -> None:
        self._programs = Programs.own()
        self._running = Running(self._programs, platform)
        self._surroundings = surroundings
        self._resolvers = resolvers
        self._since: dict[_Key, float] | None = None
        self._held: dict[tuple[str, str], float] = {}
        self._last = -math.inf
        self._counted = (0, 0)

    def look(self, now: Instant, view: View) -> Evidence:
        """Steps: 1. which programs run; 2. their connections, asked for once and only where a browser runs;
        3. the adapters; 4. what the system says of itself.
        """
        running = self._running.look(now)
        browsers: dict[str, float] = {}
        for program, began in running.values():
            if program.kind == BROWSER:
                browsers[program.name] = min(began, browsers.get(program.name, began))
        vpns = frozenset(program.name for program, _ in running.values() if program.kind == VPN)
        if browsers:
            connections, listeners = self._connections(now, running)
        else:
            connections, listeners, self._since = (), {}, {}  # a browser's will all be new
        events = max(0, view.events - self._counted[0])
        lost = max(0, view.lost - self._counted[1])
        evidence = Evidence(
            now=now.mono,
            last=self._last,
            view=self._named(view),
            resolvers=self._resolvers,
            connections=connections,
            held=self._holding(now, connections, browsers),
            listeners=listeners,
            adapters=adapters(self._surroundings) if browsers else (),
            browsers=dict(sorted(browsers.items())),
            vpns=vpns,
            resolving=frozenset(p.name for p, _ in running.values() if p.kind == RESOLVER),
            policies=self._surroundings.policies(browsers),
            hosts=self._surroundings.hosts() if browsers else frozenset(),
            servers=self._surroundings.servers() if browsers else (),
            events=events,
            lost=lost,
        )
        self._last, self._counted = now.mono, (view.events, view.lost)
        return evidence

    def _named(self, view: View) -> View:
        """Executables become the names that the table gives them."""

        def name(process: str) -> str:
            program = self._programs.match(process) if process else None
            return process if program is None else program.name

        return replace(
            view,
            lookups=tuple(replace(x, process=name(x.process)) if x.process else x for x in view.lookups),
            contacts=tuple(replace(x, process=name(x.process)) if x.process else x for x in view.contacts),
        )

    def _holding(
        self, now: Instant, connections: tuple[Connection, ...], browsers: Mapping[str, float]
    ) -> dict[str, frozenset[str]]:
        """A connection that is gone at the next sample was its program's all the same."""
        for one in connections:
            if one.program in browsers:
                self._held[one.program, one.address] = now.mono
        self._held = {key: at for key, at in self._held.items() if now.mono - at < RECENT}
        return {
            browser: frozenset(address for name, address in self._held if name == browser)
            for browser in browsers
        }

    def _connections(
        self, now: Instant, running: Mapping[int, tuple[Program, float]]
    ) -> tuple[tuple[Connection, ...], dict[int, str]]:
        first = self._since is None
        before = self._since or {}
        since: dict[_Key, float] = {}
        found: list[Connection] = []
        listeners: dict[int, str] = {}
        for one in psutil.net_connections("inet"):
            program = running.get(one.pid or 0)
            name = program[0].name if program else ""
            if not one.raddr:
                if program and program[0].kind == VPN and one.laddr:
                    listeners[one.laddr.port] = name
                continue
            if one.status not in _ALIVE or len(found) >= MOST:
                continue
            key = (one.pid or 0, tuple(one.laddr), tuple(one.raddr))
            since[key] = before.get(key, -math.inf if first else now.mono)
            transport = "tcp" if one.type == socket.SOCK_STREAM else "udp"
            found.append(Connection(name, plain(one.raddr.ip), one.raddr.port, transport, since[key]))
        self._since = since
        return tuple(found), listeners


def adapters(surroundings: Surroundings) -> tuple[Adapter, ...]:
    """Every one that has an address, in the order of their names."""
    ways = {address for family, far in _FAR if (address := way_out(family, far))}
    return tuple(
        Adapter(name, surroundings.adapter_kind(name), any(plain(a.address) in ways for a in own))
        for name, own in sorted(psutil.net_if_addrs().items())
    )


def way_out(family: int, far: str) -> str | None:
    """Our own address towards a far one, as the system's routes have it; None where there is no way."""
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((far, 53))
            own = str(probe.getsockname()[0])
        except OSError:
            return None
    return None if is_loopback(own) else plain(own)


def plain(address: str) -> str:
    """Without a zone, and as IPv4 where it is one within IPv6."""
    address = address.partition("%")[0]
    return address.removeprefix("::ffff:") if "." in address else address
