"""Which program holds a local port, from /proc; asked for listed names alone, never for all traffic."""

from __future__ import annotations

import ipaddress
import os
import sys
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from collector.agent.observation import Contact, Lookup

assert sys.platform != "win32"  # for mypy: only the Linux port imports this

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collector.agent.sights import Endpoint, Observation
    from collector.clock import Clock

FRESH = 10.0  # seconds for which an answer holds: a port may then be another program's
KNOWN = 256  # answers kept, and as many processes that were asked for before
MOST_FDS = 50_000  # links read for one question

_NOTHING = "0"


class Owners:
    """Not thread-safe: the one who counts asks, under its lock. `""` where nobody can be named."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: OrderedDict[tuple[str, Endpoint], tuple[float, str]] = OrderedDict()
        self._before: OrderedDict[int, None] = OrderedDict()  # who was found of late, looked at first

    def __call__(self, seen: Observation) -> str:
        if seen.process or seen.client is None:
            return seen.process
        return next((name for kind in _kinds(seen) if (name := self._of(kind, seen.client))), "")

    def _of(self, kind: str, client: Endpoint) -> str:
        now = self._clock.monotonic()
        known = self._known.get((kind, client))
        if known is not None and now - known[0] < FRESH:
            return known[1]
        inode = socket_of(kind, client)
        name = self._holder(inode) if inode != _NOTHING else ""
        self._known[kind, client] = (now, name)
        self._known.move_to_end((kind, client))
        while len(self._known) > KNOWN:
            self._known.popitem(last=False)
        return name

    def _holder(self, inode: str) -> str:
        """The program with the socket among its open files."""
        wanted = f"socket:[{inode}]"
        left = MOST_FDS
        for pid in self._order():
            for link in _links(pid):
                left -= 1
                if link == wanted:
                    self._before[pid] = None
                    self._before.move_to_end(pid)
                    while len(self._before) > KNOWN:
                        self._before.popitem(last=False)
                    return _program(pid)
            if left < 0:
                break
        return ""

    def _order(self) -> Iterator[int]:
        """Who was found before, then the youngest."""
        before = list(reversed(self._before))
        yield from before
        yield from (pid for pid in sorted(psutil.pids(), reverse=True) if pid not in self._before)


def _kinds(seen: Observation) -> tuple[str, ...]:
    if isinstance(seen, Lookup):
        return ("udp", "tcp")
    if isinstance(seen, Contact):
        return ("udp",) if seen.transport == "quic" else ("tcp",)
    return ("tcp", "udp")


def socket_of(kind: str, client: Endpoint, proc: Path | None = None) -> str:
    """The inode of the socket that is bound to an address and port; `0` where there is none.

    A UDP socket may be bound to no address; a socket of IPv6 may hold an IPv4 address. The lines of
    /proc/net/tcp: slot, local, remote, state, …, uid, timeout, inode.
    """
    folder = Path(psutil.PROCFS_PATH) / "net" if proc is None else proc / "net"
    port = f"{client[1]:04X}"
    addresses = _hex(client[0])
    for table in (kind, f"{kind}6"):
        try:
            with (folder / table).open("rb") as lines:
                for line in lines:
                    if port.encode() not in line:
                        continue
                    fields = line.decode("ascii", "replace").split()
                    address, _, local = fields[1].partition(":")
                    if local == port and address in addresses and len(fields) > 9 and fields[9] != _NOTHING:
                        return fields[9]
        except OSError:  # no IPv6 here, or no right to look
            continue
    return _NOTHING


def _hex(address: str) -> frozenset[str]:
    """How /proc/net writes an address, as itself, within IPv6, and unbound."""
    packed = ipaddress.ip_address(address).packed
    forms = {"0" * 8, "0" * 32, _words(packed)}
    if len(packed) == 4:
        forms.add(_words(bytes(10) + b"\xff\xff" + packed))
    return frozenset(forms)


def _words(packed: bytes) -> str:
    """Groups of four bytes, each as a number of this machine."""
    return "".join(
        f"{int.from_bytes(packed[at : at + 4], sys.byteorder):08X}" for at in range(0, len(packed), 4)
    )


def _links(pid: int) -> Iterator[str]:
    folder = f"{psutil.PROCFS_PATH}/{pid}/fd"
    try:
        numbers = os.listdir(folder)  # noqa: PTH208 - plain: thousands of them for one question
    except OSError:  # gone, or not ours to see
        return
    for number in numbers:
        try:
            yield os.readlink(f"{folder}/{number}")  # noqa: PTH115 - as above
        except OSError:
            continue


def _program(pid: int) -> str:
    try:
        return psutil.Process(pid).name()
    except psutil.Error:
        return ""
