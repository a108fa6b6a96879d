"""Which listed sites were looked up and which were reached, counted from observations; knows no socket."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

from collector.agent.observation import Contact, Lookup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FOLD = 2.0  # seconds between a question, its answer and its A, AAAA and HTTPS siblings
FOLD_LONGEST = 10.0  # seconds for which one lookup can go on: who asks for ever, looks up again
MINUTE = 60.0  # seconds for which a lookup explains a connection, and one visit lasts
SETTLE = 3.0  # seconds that a connection is given to name its server
EARLY = 1.0  # seconds by which a connection may be seen before the answer that led to it

K = TypeVar("K")
V = TypeVar("V")

NAMES, ADDRESSES, PENDING, DOMAINS, PROCESSES = 4096, 4096, 4096, 1000, 8  # the tables' bounds

# Answers of resolvers that block: no site lives there, and any program may connect there.
_NOWHERE = ("0.", "127.")
_NOWHERE_6 = frozenset({"::", "::1"})


class Group(Protocol):
    """What the sight needs of a list's group."""

    @property
    def source(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def grade(self) -> str: ...
    @property
    def version(self) -> str: ...


class Hit(Protocol):
    @property
    def domain(self) -> str: ...
    @property
    def group(self) -> Group: ...


Endpoint = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection that the PC began, whatever it will carry: a TCP SYN, or the first packet of QUIC."""

    address: str
    port: int
    client: Endpoint
    at: float
    process: str = ""


Observation = Lookup | Contact | Connection
Key = tuple[str, str]  # domain, source


@dataclass
class Seen:
    """What was counted of one listed domain since the last drain."""

    domain: str
    group: Group
    lookups: int = 0
    accesses: int = 0
    processes: Counter[str] = field(default_factory=Counter)

    @property
    def process(self) -> str:
        """Who did it most often; empty where nobody could be named."""
        named = sorted(self.processes.items(), key=lambda item: (-item[1], item[0]))
        return named[0][0] if named else ""


@dataclass(slots=True)
class _Asked:
    """A name that led to a hit: when, and which hits (its own, and those of its CNAMEs)."""

    first: float
    last: float
    hits: dict[Key, Group] = field(default_factory=dict)
    process: str = ""


@dataclass(slots=True)
class _Pending:
    """A connection that may still name its server; `named` once it did, and in clear."""

    connection: Connection
    named: bool = False


class Sights:
    """Thread-safe: whoever captures calls `take`, the sensor calls `drain`.

    A hit is a lookup. It becomes an access when the server is named in clear under the listed name (or
    under the name whose CNAME is listed), or, where no name is seen, when within a minute a connection
    goes to an address that the lookup was answered with. A connection that names another server proves
    the opposite: many sites share an address.
    """

    def __init__(
        self,
        match: Callable[[str], Hit | None],
        owner: Callable[[Observation], str] = lambda seen: seen.process,
        own: Callable[[str], bool] = lambda address: True,  # noqa: ARG005 - all are, by default
    ) -> None:
        """`owner` names the program, `own` knows the PC's addresses; both are asked for hits alone."""
        self._match = match
        self._owner = owner
        self._own = own
        self._lock = threading.Lock()
        self._asked: dict[str, _Asked] = {}
        self._answered: dict[str, dict[Key, tuple[float, Group]]] = {}
        self._pending: dict[Endpoint, _Pending] = {}
        self._visits: dict[Key, float] = {}
        self._sights: dict[Key, Seen] = {}
        self._more = 0
        self._latest = 0.0

    def take(self, seen: Observation) -> None:
        with self._lock:
            self._latest = max(self._latest, seen.at)
            self._judge(self._latest)
            if isinstance(seen, Lookup):
                self._lookup(seen)
            elif isinstance(seen, Contact):
                self._contact(seen)
            else:
                self._connection(seen)

    def drain(self, now: float) -> tuple[list[Seen], int]:
        """What was counted since the last drain, most reached first; and how many domains found no room."""
        with self._lock:
            self._judge(now)
            sights, more = list(self._sights.values()), self._more
            self._sights, self._more = {}, 0
        return sorted(sights, key=lambda s: (-s.accesses, -s.lookups, s.domain, s.group.source)), more

    def _hits(self, names: Iterable[str]) -> dict[Key, Group]:
        hits: dict[Key, Group] = {}
        for name in names:
            if name and (hit := self._match(name)) is not None:
                hits[hit.domain, hit.group.source] = hit.group
        return hits

    def _lookup(self, seen: Lookup) -> None:
        hits = self._hits(seen.names)
        if not hits or self._foreign(seen):
            return
        asked = self._asked.get(seen.names[0])
        if asked is None or seen.at - asked.last > FOLD or seen.at - asked.first > FOLD_LONGEST:
            asked = _Asked(seen.at, seen.at)
        asked.last = max(asked.last, seen.at)
        _put(self._asked, seen.names[0], asked, NAMES)
        new = [key for key in hits if key not in asked.hits]
        asked.hits |= hits
        if not asked.process:  # a socket may live for a moment: each question of the lookup is another try
            asked.process = self._owner(seen)
            self._call(hits, asked.process)
        for key in new:
            self._count(key, hits[key], asked.process, lookups=1)
        for address in seen.addresses:
            if not _nowhere(address):
                found = self._answered.get(address, {})
                for key, group in hits.items():
                    _put(found, key, (seen.at, group), PROCESSES)
                _put(self._answered, address, found, ADDRESSES)

    def _foreign(self, seen: Observation) -> bool:
        """Another machine's: this PC is its resolver or its way to the Internet."""
        return seen.client is not None and not self._own(seen.client[0])

    def _contact(self, seen: Contact) -> None:
        pending = None if seen.client is None else self._pending.get(seen.client)
        if pending is not None and seen.name and not seen.ech:
            pending.named = True
        hits = self._hits([seen.name])
        asked = self._asked.get(seen.name)
        if asked is not None and seen.at - asked.last <= MINUTE:
            hits = asked.hits | hits
        if hits and not self._foreign(seen):
            self._visit(hits, seen.at, self._owner(seen))

    def _connection(self, seen: Connection) -> None:
        known = self._pending.get(seen.client)
        if known is not None and (known.connection.address, known.connection.port) == (
            seen.address,
            seen.port,
        ):
            return  # its SYN was sent again
        if known is not None:
            self._settle(known)
        if seen.address in self._answered and self._foreign(seen):
            return
        if seen.address in self._answered:
            # Asked now: when the connection is judged, who made it may be gone.
            seen = Connection(seen.address, seen.port, seen.client, seen.at, self._owner(seen))
        _put(self._pending, seen.client, _Pending(seen), PENDING)

    def _judge(self, now: float) -> None:
        """Settle the connections that have had their time; the oldest stand first."""
        while self._pending:
            client, pending = next(iter(self._pending.items()))
            if now - pending.connection.at < SETTLE:
                return
            del self._pending[client]
            self._settle(pending)

    def _settle(self, pending: _Pending) -> None:
        connection = pending.connection
        if pending.named:
            return
        hits = {
            key: group
            for key, (at, group) in self._answered.get(connection.address, {}).items()
            if -EARLY <= connection.at - at <= MINUTE
        }
        if hits:
            self._visit(hits, connection.at, connection.process)

    def _visit(self, hits: dict[Key, Group], at: float, process: str) -> None:
        for key, group in hits.items():
            began = self._visits.get(key)
            if began is None or not 0 <= at - began < MINUTE:
                _put(self._visits, key, at, NAMES)
                self._count(key, group, process, accesses=1)
            else:
                self._call((key,), process)

    def _count(self, key: Key, group: Group, process: str, *, lookups: int = 0, accesses: int = 0) -> None:
        sight = self._sights.get(key)
        if sight is None:
            if len(self._sights) >= DOMAINS:
                self._more += 1
                return
            sight = self._sights[key] = Seen(key[0], group)
        sight.group = group
        sight.lookups += lookups
        sight.accesses += accesses
        self._name(sight, process)

    def _call(self, keys: Iterable[Key], process: str) -> None:
        """Name who did what was counted already, where nobody is named yet."""
        for key in keys:
            if key in self._sights and not self._sights[key].processes:
                self._name(self._sights[key], process)

    def _name(self, sight: Seen, process: str) -> None:
        if process and (process in sight.processes or len(sight.processes) < PROCESSES):
            sight.processes[process] += 1


def _put(table: dict[K, V], key: K, value: V, bound: int) -> None:
    """Put it last; the oldest leave where there is no room."""
    table.pop(key, None)
    while len(table) >= bound:
        del table[next(iter(table))]
    table[key] = value


def _nowhere(address: str) -> bool:
    return address.startswith(_NOWHERE) or address in _NOWHERE_6
