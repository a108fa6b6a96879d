"""What a late message holds that the rules would have told in time, and the lines of `late` that tell it now.

A rule that looks back for `over` from ten seconds ago and is evaluated each minute sees a message for certain where it
comes at most `over` - 50 seconds late, and never where it comes later than `over` + 9; between the two, the rule's own
moment within the minute decides, which ingest does not know. LATE_AFTER lies where nothing that counts is lost:

- an access (prohibited-site, over 3 minutes) is told by its rule up to 130 seconds, and here beyond 120. Up to 189
  seconds both may tell it: rather twice than not at all, since one access is one act.
- play (after-hours-*, over 2 minutes) is told here beyond 2 minutes, when its rule as good as never sees it any more.
  Of play that ends together with an outage, its last 2 minutes may be counted by neither, less than what its rule
  lets go anyway. So is play of a PC whose every message comes between 70 and 120 seconds late, which no outage and
  no backlog makes.
"""

from __future__ import annotations

import logging
import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector import influxql, lineprotocol
from collector.influx import Refused
from collector.lineprotocol import Point
from collector.schema import IDENTITY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from collector.influx import Influx

log = logging.getLogger(__name__)

LATE_AFTER = 120  # seconds between a message's stamp and its arrival

# A query asks for so many senders at most, and for messages that lie so many seconds apart at most.
SENDERS = 25
SPAN = 3 * 3600

REMEMBERED = 20_000  # messages told last: as many as threads can be about to tell, many times over

_Key = tuple[str, str, str, int, int]  # venue, PC, stream, number, stamp

# The lines that tell something, in whatever order their tags and fields stand. Texts are passed over as a whole,
# so that nothing within one can pass for a field.
_FIELDS = r'(?:\w+=(?:"(?:[^"\\]|\\.)*"|[^",]*),)*'
_TELLING = re.compile(
    rf"(?:games|session),\S+ {_FIELDS}after_hours=(?!0i)"
    rf"|sites(?=\S*,grade=violation[, ])\S+ {_FIELDS}accesses=(?!0i)"
)


@dataclass(frozen=True)
class Finding:
    """What one late message holds. `happened` is its stamp, in seconds; `tags` are its identity at that time."""

    tags: tuple[tuple[str, str], ...]
    stream: str
    n: int
    happened: int
    delay: int
    after_hours: int = 0
    use_after_hours: int = 0
    accesses: int = 0
    domain: str = ""

    @property
    def sender(self) -> tuple[str, str, str]:
        tags = dict(self.tags)
        return tags["venue"], tags["pc"], self.stream

    def line(self, ms: int) -> str:
        """A line of `late`, stamped in milliseconds; what is nothing is left out."""
        told: dict[str, lineprotocol.Value] = {
            "after_hours": self.after_hours,
            "use_after_hours": self.use_after_hours,
            "accesses": self.accesses,
            "domain": self.domain,
        }
        fields: dict[str, lineprotocol.Value] = {
            "stream": self.stream,
            "n": self.n,
            "happened": self.happened,
            "delay": self.delay,
            **{name: value for name, value in told.items() if value},
        }
        return lineprotocol.encode(Point("late", dict(self.tags), fields, ms))


def find(lines: Iterable[str], stream: str, n: int, now: int) -> Finding | None:
    """What the message numbered `n` tells, of its lines as they go to the database; None where it is nothing.

    Of games that ran at the same time the longest counts: seconds of the PC, not of each game.
    """
    points = [lineprotocol.decode(line) for line in lines if _TELLING.match(line)]
    if not points:
        return None
    stamp = points[0].time
    assert stamp is not None  # ingest takes no line without one
    accesses = _values(points, "sites", "accesses")
    domains = [str(p.fields["domain"]) for p in points if p.measurement == "sites" and "domain" in p.fields]
    return Finding(
        tuple((name, points[0].tags[name]) for name in IDENTITY),
        stream,
        n,
        stamp,
        now - stamp,
        max(_values(points, "games", "after_hours"), default=0),
        max(_values(points, "session", "after_hours"), default=0),
        sum(accesses),
        domains[0] if domains else "",
    )


class Lateness:
    """Tells each late message once, also where it is sent again or ingest dies over it. For several threads.

    Two processes that take the same message within the same moment may both tell it; the notice is still one.
    """

    def __init__(self, influx: Influx) -> None:
        self._influx = influx
        self._refused = ""
        self._lock = threading.Lock()
        self._told: dict[_Key, int] = {}  # at what time, of the last ones
        self._second = 0
        self._used: set[tuple[str, str, int]] = set()  # venue, PC, time: of this second or later

    def lines(self, findings: Sequence[Finding], now_ms: int) -> list[str]:
        """Lines of `late` in milliseconds, to be written before the messages themselves.

        1. A message that is stored was told when it came for the first time, or came in time: nothing.
        2. One that is told and not stored met a crash between the two: it stays told at its first arrival.
        3. One that another thread is about to tell is told at the same time, which is the same point.
        4. Any other is told at its arrival now.

        Unavailable where the database cannot be asked.
        """
        known = set()
        for group in _groups(findings):
            known |= self._known(group)
        fresh = {_key(finding): finding for finding in findings if _key(finding) not in known}
        with self._lock:
            return [finding.line(self._time(key, finding.n, now_ms)) for key, finding in fresh.items()]

    def _known(self, group: Sequence[Finding]) -> set[_Key]:
        senders = sorted({finding.sender for finding in group})
        since, until = group[0].happened, group[-1].happened
        known: set[_Key] = set()
        try:
            for series in self._influx.query(influxql.stored_messages(senders, since, until)):
                for time, n, stream in series.rows:
                    known.add((series.tags["venue"], series.tags["pc"], stream, n, time // 1000))
            for series in self._influx.query(influxql.reported_messages(senders, since, until)):
                for _, n, stream, happened in series.rows:
                    known.add((series.tags["venue"], series.tags["pc"], stream, n, happened))
        except Refused as fault:
            # Data must not stop for this: rather told twice than not stored.
            if str(fault) != self._refused:
                log.warning("InfluxDB does not say which late messages it has: %s", fault)
            self._refused = str(fault)
        return known

    def _time(self, key: _Key, n: int, now_ms: int) -> int:
        """A time of its own among the PC's: that of another message would overwrite it.

        The milliseconds are the message's number, so that processes that share a PC's backlog do not meet.
        """
        if key in self._told:
            return self._told[key]
        second = now_ms // 1000 * 1000
        if second != self._second:
            self._second = second
            self._used = {used for used in self._used if used[2] >= second}
        venue, pc = key[:2]
        ms = second + n % 1000
        while (venue, pc, ms) in self._used:
            ms += 1000
        self._used.add((venue, pc, ms))
        self._told[key] = ms
        if len(self._told) > REMEMBERED:
            del self._told[next(iter(self._told))]
        return ms


def _values(points: Iterable[Point], measurement: str, field: str) -> list[int]:
    found = (p.fields.get(field) for p in points if p.measurement == measurement)
    return [value for value in found if isinstance(value, int)]


def _key(finding: Finding) -> _Key:
    return (*finding.sender, finding.n, finding.happened)


def _groups(findings: Iterable[Finding]) -> Iterator[list[Finding]]:
    """In order of time, each within a query's bounds."""
    group: list[Finding] = []
    senders: set[tuple[str, str, str]] = set()
    for finding in sorted(findings, key=lambda f: f.happened):
        full = len(senders) == SENDERS and finding.sender not in senders
        if group and (full or finding.happened - group[0].happened > SPAN):
            yield group
            group, senders = [], set()
        group.append(finding)
        senders.add(finding.sender)
    if group:
        yield group
