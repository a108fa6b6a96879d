"""What the PC asks and whom it reaches, from packets: an AF_PACKET socket behind a filter of the kernel's."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import select
import socket
import struct
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from collector.agent.lookout import State
from collector.agent.packets import ip, tcp
from collector.agent.packets.link import Link
from collector.agent.platform import bpf, sieve
from collector.agent.sights import Connection

assert sys.platform != "win32"  # for mypy: only the Linux port imports this

if TYPE_CHECKING:
    from collections.abc import Callable

    from collector.agent.packets.reader import Reader
    from collector.agent.sights import Observation
    from collector.clock import Clock

_SOL_PACKET, _PACKET_STATISTICS = 263, 6
_ETH_P_ALL = 3
_SO_RCVBUFFORCE = 33
_BUFFER = 4 * 1024 * 1024  # bytes of the kernel's: a second of the most that we take

BUSY = 200  # packets a second: from there on, waiting for several is cheaper than waking for each
GATHER = 0.2  # seconds; whoever asks for a program's socket later than that finds fewer
MOST = 5000  # packets a second: what is beyond stays in the kernel's buffer, and is lost and counted there
TAILS = 300  # of them that may be the rest of a hello: more are an upload's
NARROW = 10.0  # seconds without tails, then another try


class Capture:
    """One thread, one socket. What goes wrong is in `state`."""

    name = "capture"
    whole = True

    def __init__(self, clock: Clock, reader: Callable[[], Reader]) -> None:
        self._clock = clock
        self._new_reader = reader
        self._thread: threading.Thread | None = None
        self._state = State()
        self._ends: tuple[int, int] | None = None  # a pipe: a byte in it ends the thread

    def start(self, take: Callable[[Observation], None]) -> None:
        if self._thread is not None and self._thread.is_alive():
            return
        try:
            packets = listen()
        except PermissionError as fault:
            self._state = replace(self._state, running=False, permitted=False, complaint=_words(fault))
            return
        except OSError as fault:
            self._state = replace(self._state, running=False, complaint=_words(fault))
            return
        self._state = State(running=True, since=self._clock.monotonic(), lost=self._state.lost)
        self._close()
        self._ends = os.pipe()
        session = Session(packets, self._new_reader(), self._clock, take, self._lost)
        arguments = (session, packets, self._ends[0])
        self._thread = threading.Thread(target=self._run, args=arguments, name="capture", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self._thread is not None and self._ends is not None:
            os.write(self._ends[1], b".")
            self._thread.join()
        self._thread = None
        self._close()

    def state(self) -> State:
        return self._state

    def _close(self) -> None:
        for end in self._ends or ():
            os.close(end)
        self._ends = None

    def _lost(self, count: int) -> None:
        self._state = replace(self._state, lost=self._state.lost + count)

    def _run(self, session: Session, packets: socket.socket, end: int) -> None:
        try:
            session.run(end)
            complaint = ""
        except Exception as fault:  # noqa: BLE001 - the thread's edge: it is said, and started again
            complaint = _words(fault)
        finally:
            packets.close()
        self._state = replace(self._state, running=False, complaint=complaint)


class Session:
    """One socket's life, from its opening to its end."""

    def __init__(
        self,
        packets: socket.socket,
        reader: Reader,
        clock: Clock,
        take: Callable[[Observation], None],
        lost: Callable[[int], None],
    ) -> None:
        self._packets = packets
        self._reader = reader
        self._clock = clock
        self._take = take
        self._lost = lost
        self._second = 0.0  # when the second that is counted began
        self._count = self._tails = self._before = 0
        self._narrow_until: float | None = None

    def run(self, end: int) -> None:
        """Until a byte comes from `end`. Asleep while nothing comes; in batches while much does."""
        poll = select.poll()
        poll.register(self._packets, select.POLLIN)
        poll.register(end, select.POLLIN)
        only_end = select.poll()
        only_end.register(end, select.POLLIN)
        while not any(fd == end for fd, _ in poll.poll()):
            self._drain()
            pause = self._pace()
            if pause and only_end.poll(pause * 1000):
                return

    def _drain(self) -> None:
        """Read what is there, at most what one second may hold."""
        at = self._clock.monotonic()
        if at - self._second >= 1.0:
            self._before = self._count if at - self._second < 2.0 else 0
            self._second, self._count, self._tails = at, 0, 0
        while self._count < MOST:
            try:
                frame = self._packets.recv(sieve.WHOLE)
            except BlockingIOError:
                break
            except OSError as fault:
                if fault.errno == errno.ENETDOWN:  # one of the networks went; the others go on
                    break
                raise
            self._count += 1
            self._see(frame, at)

    def _pace(self) -> float:
        """Seconds to wait before the next look; and the filter, narrower under an upload."""
        if lost := dropped(self._packets):
            self._lost(lost)
        now = self._clock.monotonic()
        if self._narrow_until is None and self._tails > TAILS:
            bpf.attach(self._packets, NARROWED)
            self._narrow_until = now + NARROW
        elif self._narrow_until is not None and now >= self._narrow_until:
            bpf.attach(self._packets, OPEN)
            self._narrow_until = None
        if self._count >= MOST:
            return max(0.0, self._second + 1.0 - now)
        return GATHER if max(self._count, self._before) >= BUSY else 0.0

    def _see(self, frame: bytes, at: float) -> None:
        with contextlib.suppress(IndexError, struct.error):  # the reader counts what is malformed
            self._own(frame, at)
        for seen in self._reader.feed(frame, at, Link.RAW):
            self._take(seen)

    def _own(self, frame: bytes, at: float) -> None:
        """What is no business of the reader's: who connects, and how much of an upload comes through."""
        if frame[0] == _PLAIN and frame[9] == sieve.UDP and frame[22:24] != _HTTPS:
            return  # DNS, the most of all
        packet = ip.parse(frame, 0)
        if packet is None:
            return
        if packet.protocol == sieve.TCP:
            self._segment(frame, packet, at)
        elif packet.protocol == sieve.UDP and frame[packet.start + 2 : packet.start + 4] == _HTTPS:
            port = int.from_bytes(frame[packet.start : packet.start + 2], "big")
            self._connection(packet, port, sieve.HTTPS, at)

    def _segment(self, frame: bytes, packet: ip.Packet, at: float) -> None:
        segment = tcp.parse(frame, packet.start, packet.end)
        if segment is None:
            return
        if segment.flags & 0x12 == tcp.SYN:
            self._connection(packet, segment.source, segment.target, at)
            return
        if segment.target == sieve.HTTPS and frame[segment.start : segment.start + 1] != b"\x16":
            self._tails += 1
        elif segment.target == sieve.HTTPS and self._narrow_until is not None:
            length = int.from_bytes(frame[segment.start + 3 : segment.start + 5], "big")
            if length + 5 > packet.end - segment.start:
                self._lost(1)  # its rest is what the narrow filter leaves out

    def _connection(self, packet: ip.Packet, source: int, target: int, at: float) -> None:
        client = (ip.text(packet.source), source)
        self._take(Connection(ip.text(packet.target), target, client, at))


_PLAIN = 0x45  # IPv4 without options
_HTTPS = sieve.HTTPS.to_bytes(2, "big")
OPEN, NARROWED = sieve.program(tails=True), sieve.program(tails=False)


def listen() -> socket.socket:
    """A packet socket for all networks, deaf until its filter hangs. PermissionError without CAP_NET_RAW."""
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
    try:
        packets.setblocking(False)
        bpf.attach(packets, OPEN)
        try:
            packets.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
        except PermissionError:  # that needs CAP_NET_ADMIN; a smaller buffer loses sooner, and says so
            packets.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        _bind(packets)
    except OSError:
        packets.close()
        raise
    return packets


def _bind(packets: socket.socket) -> None:
    """To all networks, and only now: Python's own bind wants one by name."""
    address = struct.pack("=HHiHBB8x", socket.AF_PACKET, socket.htons(_ETH_P_ALL), 0, 0, 0, 0)
    if ctypes.CDLL(None, use_errno=True).bind(packets.fileno(), address, len(address)):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def dropped(packets: socket.socket) -> int:
    """Packets that passed the filter and found no room, since the last question."""
    statistics = packets.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8)
    return int(struct.unpack("II", statistics)[1])


def _words(fault: Exception) -> str:
    """What can be said of it: the system's own text, or only its kind, since a message may hold data."""
    return fault.strerror or type(fault).__name__ if isinstance(fault, OSError) else type(fault).__name__
