"""How many messages a second one ingest process takes, checks, stores and acknowledges; beside the bare floor.

The floor is paho alone: subscribed to the same broker, reading the same payloads and throwing them away.
Broker (TLS) and InfluxDB run on the same machine, and so does what sends.
.venv/bin/python benchmarks/ingest.py [--messages 120000] [--rounds 3] [--out FILE]
"""

import argparse
import selectors
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import psutil
from common.report import head, write

from collector import lineprotocol, wire
from collector.agent.link import Endpoint
from collector.clock import SystemClock
from collector.conventions import DEPLOY_ROSTER
from collector.influx import Influx
from collector.lineprotocol import Point
from collector.roster import Hours, dumps
from collector.subscriber import Subscriber
from collector.wire import Frame
from provisioning.local.stack import Stack

RESULT = Path(__file__).parent / "results" / "ingest.json"
PCS = 4_200  # so many that each message as a rule has an acknowledgement of its own
LONG_AGO = date(2015, 1, 1)
UNDERWAY = (
    12_000  # messages sent and not yet taken: what a fleet has under way, well below the broker's queue
)
AT_ONCE = 100  # messages in one send
SAID_EACH = 500  # messages between two words of the floor about how far it is


def message(stream: str, n: int, stamp: int) -> bytes:
    """Three lines as an agent writes them, with every field that it has."""
    own = {
        "stream": stream, "n": n, "version": "0.1.0", "uptime": 4711 + n, "queued": 1,
        "queued_bytes": 612, "dropped": 0, "resent": 0, "errors": 0, "rss": 25_000_000 + n, "cpu": 0.1,
    }  # fmt: skip
    host = {
        "cpu": n % 1000 / 10, "memory": 41.5, "disk": 61.5, "sent": 40_000 + n, "received": 250_000 + n,
        "uptime": 3600 + n,
    }  # fmt: skip
    games = {"play": 30, "processes": 1}
    lines = [
        lineprotocol.encode(point)
        for point in (
            Point("agent", {}, own),
            Point("host", {}, host),
            Point("games", {"game": "fc-online"}, games),
        )
    ]
    lines[0] += ',clock="server"'  # as the spool does when it stamps
    return wire.encode([Frame(stream, n, tuple(f"{line} {stamp}" for line in lines))])


def packet(topic: str, payload: bytes, mid: int) -> bytes:
    """An MQTT 5 PUBLISH of QoS 1, encoded beforehand so that sending costs next to nothing."""
    name = topic.encode()
    body = len(name).to_bytes(2, "big") + name + mid.to_bytes(2, "big") + b"\0" + payload
    return b"\x32" + _varint(len(body)) + body


def _varint(number: int) -> bytes:
    out = bytearray()
    while True:
        number, low = divmod(number, 128)
        out.append(low | (128 if number else 0))
        if not number:
            return bytes(out)


def _text(value: str) -> bytes:
    return len(value.encode()).to_bytes(2, "big") + value.encode()


class Line:
    """One venue's connection: it sends what was encoded, and counts the acknowledgements that come."""

    def __init__(self, endpoint: Endpoint) -> None:
        context = ssl.create_default_context(cafile=endpoint.ca_file)
        raw = socket.create_connection((endpoint.host, endpoint.port))
        self.socket = context.wrap_socket(raw, server_hostname=endpoint.host)
        body = _text("MQTT") + b"\x05\xc2" + (300).to_bytes(2, "big") + b"\0"
        body += _text(f"bench-{endpoint.user}") + _text(endpoint.user) + _text(endpoint.password)
        self.socket.sendall(b"\x10" + _varint(len(body)) + body)
        self._buffer = bytearray()
        self._expect(2)
        body = b"\0\x01\0" + _text(wire.topic(endpoint.user, "+", "ack")) + b"\0"
        self.socket.sendall(b"\x82" + _varint(len(body)) + body)
        self._expect(9)
        self.acked = 0
        self.socket.setblocking(False)

    def _expect(self, kind: int) -> None:
        while not (found := list(self._packets())):
            self._buffer += self.socket.recv(4096)
        assert found[0][0] >> 4 == kind, found

    def _packets(self) -> Iterator[tuple[int, bytes]]:
        buffer, at = self._buffer, 0
        while len(buffer) - at >= 2:
            length, shift, start = 0, 0, at + 1
            while start < len(buffer):
                byte = buffer[start]
                length |= (byte & 127) << shift
                start, shift = start + 1, shift + 7
                if byte < 128:
                    break
            else:
                break
            if start + length > len(buffer):
                break
            yield buffer[at], bytes(buffer[start : start + length])
            at = start + length
        del buffer[:at]

    def read(self) -> None:
        try:
            while chunk := self.socket.recv(65_536):
                self._buffer += chunk
        except ssl.SSLWantReadError:
            pass
        for kind, body in self._packets():
            if kind >> 4 == 3:
                topic = int.from_bytes(body[:2], "big")
                self.acked += len(wire.decode_ack(body[2 + topic + 1 :]).numbers)

    def send(self, data: bytes) -> None:
        self.socket.setblocking(True)
        self.socket.sendall(data)
        self.socket.setblocking(False)


@contextmanager
def province() -> Iterator[Stack]:
    """Broker and database, and a registry of many PCs for whom every hour is open."""
    with tempfile.TemporaryDirectory() as folder, Stack(Path(folder) / "stack") as stack:
        roster = stack.deploy.roster().get()
        pcs = tuple(f"{n:03}" for n in range(1, PCS // len(roster.venues) + 1))
        hours = (Hours(LONG_AGO, None, "always", ((0, 1440),)),)
        venues = tuple(replace(venue, pcs=pcs, hours=hours) for venue in roster.venues)
        (stack.deploy.folder / DEPLOY_ROSTER).write_text(dumps(replace(roster, venues=venues)), "utf-8")
        yield stack


class Load:
    """All messages of a round, encoded; sent with at most so many under way."""

    def __init__(self, stack: Stack, messages: int, round_: int) -> None:
        now = int(SystemClock().wall().timestamp())
        venues = stack.deploy.roster().get().venues
        pcs = [(venue.id, pc) for venue in venues for pc in venue.pcs]
        self.lines = {venue.id: Line(stack.endpoint(venue.id)) for venue in venues}
        each = messages // len(pcs)
        self.total = each * len(pcs)
        self._batches: list[tuple[Line, bytes, int]] = []
        streams = [f"{at:024x}{round_:08x}" for at in range(len(pcs))]
        for n in range(1, each + 1):
            packets: dict[str, list[bytes]] = {venue.id: [] for venue in venues}
            for (venue, pc), stream in zip(pcs, streams, strict=True):
                payload = message(stream, n, now - each + n)
                packets[venue].append(packet(wire.topic(venue, pc, "data"), payload, n % 65_000 + 1))
            for venue, some in packets.items():
                for at in range(0, len(some), AT_ONCE):
                    part = some[at : at + AT_ONCE]
                    self._batches.append((self.lines[venue], b"".join(part), len(part)))

    def run(self, taken: Callable[[], int]) -> float:
        """Seconds until the last message was taken."""
        selector = selectors.DefaultSelector()
        for line in self.lines.values():
            selector.register(line.socket, selectors.EVENT_READ, line)
        started = time.monotonic()
        sent = 0
        for line, data, count in self._batches:
            while sent - taken() > UNDERWAY:
                self._read(selector)
            line.send(data)
            sent += count
        while taken() < self.total:
            self._read(selector)
        seconds = time.monotonic() - started
        for line in self.lines.values():
            line.socket.close()
        return seconds

    def _read(self, selector: selectors.BaseSelector) -> None:
        for key, _ in selector.select(0.01):
            key.data.read()

    def acked(self) -> int:
        return sum(line.acked for line in self.lines.values())


def floor(deploy: str) -> None:
    """The child: paho, subscribed as ingest is, counting."""
    from collector.deploy import load

    count = 0
    ended = threading.Event()

    def take(_topic: str, _payload: bytes) -> None:
        nonlocal count
        count += 1
        if not count % SAID_EACH:
            print(count, flush=True)

    def up() -> None:
        print(0, flush=True)

    Subscriber("floor", load(Path(deploy)).broker, wire.SHARED_DATA, take, up).start()
    ended.wait()


class Floor:
    """The same, seen from here: how much it has taken."""

    def __init__(self, stack: Stack) -> None:
        self._child = subprocess.Popen(
            [sys.executable, __file__, "--floor", str(stack.deploy.folder)], stdout=subprocess.PIPE, text=True
        )
        self.count = 0
        self.pid = self._child.pid
        assert self._child.stdout is not None
        self._child.stdout.readline()
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        assert self._child.stdout is not None
        for text in self._child.stdout:
            self.count = int(text)

    def taken(self) -> int:
        return self.count

    def stop(self) -> None:
        self._child.terminate()
        self._child.wait()


@contextmanager
def cpu(names: dict[str, int]) -> Iterator[dict[str, float]]:
    """CPU seconds that each process used meanwhile."""
    spent: dict[str, float] = {}
    before = {name: _cpu(pid) for name, pid in names.items()}
    yield spent
    spent.update({name: _cpu(pid) - before[name] for name, pid in names.items()})


def _cpu(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


def measure(messages: int, rounds: int) -> dict[str, Any]:
    floors, rates, shares = [], [], []
    rss = 0
    for round_ in range(rounds):
        with province() as stack:
            bare = Floor(stack)
            load = Load(stack, messages, round_)
            load.total -= load.total % SAID_EACH  # its last word
            seconds = load.run(bare.taken)
            floors.append(load.total / seconds)
            bare.stop()
        with province() as stack:
            child = stack.ingest()
            load = Load(stack, messages, round_)
            pids = {"ingest": child.process.pid, "broker": stack.mosquitto.process.pid}
            pids |= {"influxd": stack.influxd.process.pid, "sender": psutil.Process().pid}
            with cpu(pids) as spent:
                seconds = load.run(load.acked)
            rates.append(load.total / seconds)
            rss = max(rss, psutil.Process(child.process.pid).memory_info().rss)
            shares.append({name: round(value / seconds, 2) for name, value in spent.items()})
            stored(stack, load.total)
            child.stop()
            print(
                f"round {round_}: floor {floors[-1]:.0f}/s, ingest {rates[-1]:.0f}/s, cores {shares[-1]}",
                file=sys.stderr,
            )
    return {
        "floor_messages_s": round(statistics.median(floors)),
        "ingest_messages_s": round(statistics.median(rates)),
        "ingest_lines_s": round(statistics.median(rates) * 3),
        "ratio_to_floor": round(statistics.median(r / f for r, f in zip(rates, floors, strict=True)), 2),
        "rounds": {"floor": [round(f) for f in floors], "ingest": [round(r) for r in rates]},
        "cores": shares,
        "ingest_rss_mib": round(rss / 2**20),
    }


def stored(stack: Stack, total: int) -> None:
    influx = Influx(stack.deploy.influx, timeout=60)
    for measurement, field in (("agent", "n"), ("host", "uptime"), ("games", "play")):
        (series,) = influx.query(f'SELECT count("{field}") FROM "{measurement}"')
        assert series.rows[0][1] == total, f"{measurement}: {series.rows[0][1]} of {total}"
    influx.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=120_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=RESULT)
    parser.add_argument("--floor", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.floor:
        floor(options.floor)
        return
    report = head("one process takes, checks, stores and acknowledges at least 12,000 messages/s")
    write(options.out, report | measure(options.messages, options.rounds))


if __name__ == "__main__":
    main()
