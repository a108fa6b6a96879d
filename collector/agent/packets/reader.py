"""From the frames of a network to lookups and contacts; feed it every frame, or those to and from 53 and to 443.

A response is a lookup as its question is, so that a name is seen where only one of the two was captured;
who counts visits folds them, and A with AAAA and HTTPS. A connection gives at most one contact: neither a
second hello after HelloRetryRequest nor a segment sent again is another visit.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Literal

from collector.agent.observation import Contact, Lookup
from collector.agent.packets import cipher, dns, ip, quic, tcp, tls
from collector.agent.packets.counters import Counters
from collector.agent.packets.fronts import Fronts
from collector.agent.packets.link import Link, network
from collector.agent.packets.stream import LIMIT
from collector.agent.packets.table import Flow, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collector.agent.packets.stream import Stream

    Seen = list[Lookup | Contact]
    Part = tls.Hello | tls.Wanted | None
    Transport = Literal["tls", "quic"]

_PORTS = struct.Struct(">HHH")  # and the length, where it is UDP
_SMALLEST_MESSAGE = 12


class Reader:
    """Keeps of each of TCP and QUIC at most 1,000 streams and 1 MiB, and no stream that is still for 30 s."""

    def __init__(
        self, *, unlock: cipher.Unlock | None = cipher.UNLOCK, fronts: frozenset[str] = tls.FRONTS
    ) -> None:
        self.counters = Counters()
        self.tcp: Table[tcp.TcpFlow] = Table()
        self.quic: Table[quic.QuicFlow] = Table()
        self.fronts = Fronts(fronts)
        self._unlock = unlock

    def feed(self, frame: bytes, at: float, kind: Link = Link.ETHERNET) -> Seen:
        """What this frame completes; `at` in monotonic seconds. No bytes make it raise."""
        counters = self.counters
        counters.frames += 1
        try:
            offset = network(frame, kind)
            packet = ip.parse(frame, offset) if offset >= 0 else None
            if packet is None:
                counters.ignored += 1
            elif packet.protocol == ip.TCP:
                return self._tcp(frame, packet, at)
            elif packet.protocol == ip.UDP:
                return self._udp(frame, packet, at)
            elif packet.protocol == ip.FRAGMENT:
                counters.fragments += 1
            else:
                counters.ignored += 1
        except (IndexError, ValueError, struct.error):
            counters.malformed += 1
        return []

    def _udp(self, frame: bytes, packet: ip.Packet, at: float) -> Seen:
        start = packet.start
        source, target, length = _PORTS.unpack_from(frame, start)
        end = min(packet.end, start + length) if length >= 8 else packet.end
        if source == dns.PORT or target == dns.PORT:  # noqa: PLR1714 - a set is made anew each time
            ends = ((ip.text(packet.source), source), (ip.text(packet.target), target))
            return self._message(frame[start + 8 : end], ends, at)
        if target == quic.PORT and quic.is_long(frame, start + 8, end):
            key = packet.source + packet.target + frame[start : start + 4]
            return self._initials(key, frame[start + 8 : end], at)
        self.counters.ignored += 1
        return []

    def _tcp(self, frame: bytes, packet: ip.Packet, at: float) -> Seen:
        segment = tcp.parse(frame, packet.start, packet.end)
        if segment is None:
            self.counters.malformed += 1
            return []
        named = segment.target == tls.PORT
        payload = frame[segment.start : packet.end]
        opens = segment.flags & tcp.SYN
        if not (payload or opens) or not (named or dns.PORT in (segment.source, segment.target)):
            self.counters.ignored += 1
            return []
        key = packet.source + packet.target + frame[packet.start : packet.start + 4]
        flow = self._flow(key, segment, payload, at)
        if flow is None or flow.stream is None or not payload:
            self.counters.ignored += 1
            return self._lost() if self.tcp.lost else []
        offset = flow.offset(segment.sequence + (1 if opens else 0), flow.stream.base)
        seen = (self._hello if named else self._messages)(flow, flow.stream, offset, payload, at)
        self.tcp.settle(flow)
        return seen + self._lost() if self.tcp.lost else seen

    def _flow(self, key: bytes, segment: tcp.Segment, payload: bytes, at: float) -> tcp.TcpFlow | None:
        """The stream that a segment belongs to. One whose beginning was missed is taken up only at a hello."""
        flow = self.tcp.get(key, at)
        if segment.flags & tcp.SYN:
            first = segment.sequence + 1 & 0xFFFFFFFF
            if flow is not None and flow.first == first:
                return flow
        elif flow is not None:
            return flow
        elif segment.target == tls.PORT:
            if len(payload) < 6 or not tls.begins(payload):
                return None
            first = segment.sequence
        else:
            self.counters.tcp_midstream += 1
            return None
        flow = tcp.TcpFlow(key, at, first)
        self.tcp.put(flow)
        return flow

    def _hello(self, flow: tcp.TcpFlow, stream: Stream, offset: int, payload: bytes, at: float) -> Seen:
        if not stream.add(offset, payload):
            self.counters.tcp_gap += 1
            return self._finish(flow, tls.stream(stream.data, partial=True), at, "tls")
        if len(stream.data) < flow.wanted and not stream.full:
            return []
        found = tls.stream(stream.data, partial=stream.full)
        if isinstance(found, tls.Wanted):
            flow.wanted = found.size
            return self._early(flow, tls.stream(stream.data, partial=True), at, "tls")
        return self._finish(flow, found, at, "tls")

    def _early(self, flow: Flow, part: Part, at: float, transport: Transport) -> Seen:
        """A name that is there already need not wait for the rest, unless the rest may hold an ECH that matters."""
        if isinstance(part, tls.Hello) and part.name is not None and not self.fronts.doubt(part.name):
            return self._finish(flow, part, at, transport)
        return []

    def _finish(self, flow: Flow, found: Part, at: float, transport: Transport) -> Seen:
        """The flow has said what it has to say."""
        flow.stream = None
        if not isinstance(found, tls.Hello):
            self.counters.not_tls += 1
            return []
        if found.name is None:
            self.counters.nameless += 1
            return []
        self.counters.contacts += 1
        client, (address, port) = flow.ends()
        hidden = self.fronts.hide(found, at)
        return [Contact(found.name, address, port, client, hidden, transport, at)]

    def _messages(self, flow: tcp.TcpFlow, stream: Stream, offset: int, payload: bytes, at: float) -> Seen:
        """DNS over TCP: messages one after the other, each behind its length."""
        seen: Seen = []
        ends = flow.ends()
        done = 0
        while done < len(payload) and flow.stream is not None:
            piece = payload[done : done + max(1, LIMIT - len(stream.data))]
            if not stream.add(offset + done, piece):
                self.counters.tcp_gap += 1
                flow.stream = None
                break
            done += len(piece)
            for message in _whole(stream):
                if len(message) < _SMALLEST_MESSAGE:
                    self.counters.malformed += 1
                    flow.stream = None
                    break
                seen += self._message(message, ends, at)
        return seen

    def _message(self, data: bytes, ends: tuple[tuple[str, int], tuple[str, int]], at: float) -> Seen:
        message = dns.parse(data)
        if message is None:
            self.counters.malformed += 1
            return []
        self.counters.lookups += 1
        if message.fronts:
            self.fronts.remember(message.fronts, at)
        source, target = ends
        asks = target[1] == dns.PORT and not (message.response and source[1] == dns.PORT)
        client = source if asks else target
        return [Lookup(message.names, message.addresses, client, at, ech=message.ech)]

    def _initials(self, key: bytes, data: bytes, at: float) -> Seen:
        """One datagram of a client; nothing is kept of one that does not open with the key it names."""
        flow = self.quic.get(key, at)
        if flow is None and quic.is_foreign(data):
            self.counters.quic_unsupported += 1
            return []
        for packet in quic.initials(data, 0, len(data)):
            if self._unlock is None:
                self.counters.quic_unsupported += 1
                return []
            if flow is None:
                flow = quic.QuicFlow(key, at)
                self.quic.put(flow)
            if flow.stream is None:
                break
            if not quic.read(flow, data, packet, self._unlock):
                self._locked(flow)
        else:
            if flow is not None and flow.stream is not None:
                seen = self._quic_hello(flow, flow.stream, at)
                self.quic.settle(flow)
                return seen + self._lost() if self.quic.lost else seen
        self.counters.ignored += 1
        return self._lost() if self.quic.lost else []

    def _locked(self, flow: quic.QuicFlow) -> None:
        self.counters.quic_locked += 1
        flow.tries += 1
        if flow.tries >= quic.MOST_TRIES:
            flow.stream = None
            self.quic.settle(flow)

    def _quic_hello(self, flow: quic.QuicFlow, stream: Stream, at: float) -> Seen:
        found = tls.handshake(stream.data, partial=stream.full)
        if isinstance(found, tls.Wanted):
            return self._early(flow, tls.handshake(stream.data, partial=True), at, "quic")
        return self._finish(flow, found, at, "quic")

    def _lost(self) -> Seen:
        """Streams that had to make room, or stood still: a name that is there in part of a hello is still one."""
        seen: Seen = []
        for flow in self.tcp.lost:
            if flow.stream is not None and flow.stream.size:
                self.counters.unfinished += 1
                if flow.ends()[1][1] == tls.PORT:
                    found = tls.stream(flow.stream.data, partial=True)
                    seen += self._finish(flow, found, flow.seen, "tls")
        for other in self.quic.lost:
            if other.stream is not None and other.stream.size:
                self.counters.unfinished += 1
                found = tls.handshake(other.stream.data, partial=True)
                seen += self._finish(other, found, other.seen, "quic")
        self.tcp.lost.clear()
        self.quic.lost.clear()
        return seen


def _whole(stream: Stream) -> Iterator[bytes]:
    """The messages that are there; one larger than what is held is given as far as it is."""
    while len(stream.data) >= 2:
        size = stream.data[0] << 8 | stream.data[1]
        if len(stream.data) < 2 + size and not stream.full:
            return
        message = bytes(stream.data[2 : 2 + size])
        stream.drop(2 + size)
        yield message
