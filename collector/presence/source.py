"""What presence reads: from the database, and nothing else, so that it keeps nothing of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from collector.influxql import presence as ask
from collector.presence.blindness import NOT_LOOKING, reasons
from collector.presence.clones import Numbers
from collector.presence.facts import Message, Verdict
from collector.presence.outages import Booked, Books

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from collector.influx import Influx, Series
    from collector.presence.facts import Key

_HOUR = 3600


class Source(Protocol):
    """Moments are epoch seconds. Any method may raise Unavailable."""

    def lasts(self, since: int) -> dict[Key, int]:
        """The stamp of each PC's newest message later than `since`."""
        ...

    def blind(self, since: int, heard: AbstractSet[Key]) -> dict[Key, str]:
        """Why each PC that is blind may miss names, by samples later than `since`; `heard` sent any."""
        ...

    def books(self, since: int, now: int) -> Books: ...

    def numbers(self, since: int) -> dict[Key, Numbers]: ...

    def messages(self, venue: str, since: int, until: int, pc: str | None = None) -> dict[str, list[Message]]:
        """By PC; both ends included."""
        ...

    def verdicts(self, since: int, until: int) -> dict[Key, Verdict]:
        """Each PC's last verdict; both ends included."""
        ...


class InfluxSource:
    """`offers_list`: the site has a list of sites for its PCs, so that one that looks for none is blind."""

    def __init__(self, influx: Influx, *, offers_list: bool = False) -> None:
        self._influx = influx
        self._offers_list = offers_list

    def lasts(self, since: int) -> dict[Key, int]:
        return {_key(s): _seconds(s.rows[0][0]) for s in self._influx.query(ask.last_messages(since))}

    def blind(self, since: int, heard: AbstractSet[Key]) -> dict[Key, str]:
        found = reasons(self._influx.query(ask.last_blind(since)))
        if not self._offers_list:
            return found
        looks = {_key(s) for s in self._influx.query(ask.last_looks(since))}
        return dict.fromkeys(heard - looks, NOT_LOOKING) | found

    def books(self, since: int, now: int) -> Books:
        minutes = self._influx.query(ask.books_by_minute(since))
        newest = self._influx.query(ask.last_books(now - _HOUR))
        return Books(
            tuple(
                Booked(one.tags["worker"], _seconds(at), entries, _yes(connected))
                for one in minutes
                for at, entries, connected in one.rows
            ),
            tuple((_seconds(one.rows[0][0]), _yes(one.rows[0][2])) for one in newest),
        )

    def numbers(self, since: int) -> dict[Key, Numbers]:
        return {_key(s): Numbers(*s.rows[0][1:]) for s in self._influx.query(ask.numbers_by_pc(since))}

    def messages(self, venue: str, since: int, until: int, pc: str | None = None) -> dict[str, list[Message]]:
        return {
            one.tags["pc"]: [
                Message(_seconds(at), stream or "", n or 0, queued or 0, clock or "")
                for at, n, stream, queued, clock in one.rows
            ]
            for one in self._influx.query(ask.messages_of(venue, since, until, pc))
        }

    def verdicts(self, since: int, until: int) -> dict[Key, Verdict]:
        found = {}
        for one in self._influx.query(ask.last_verdicts(since, until)):
            at, state, cause, seen = one.rows[0]
            found[_key(one)] = Verdict(state, cause or "", None if seen is None else _seconds(at) - seen)
        return found

    def strangers(self, since: int) -> set[Key]:
        """PCs that spoke later and stood in no registry; beyond a score of names of a venue one for all others."""
        return {_key(series) for series in self._influx.query(ask.strangers(since))}


def _key(series: Series) -> Key:
    return series.tags["venue"], series.tags["pc"]


def _seconds(ms: float) -> int:
    return int(ms // 1000)


def _yes(flag: int | None) -> bool:
    """What older books do not say was so."""
    return flag is None or flag == 1
