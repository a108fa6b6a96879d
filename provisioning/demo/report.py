"""What the demo's database shows while it runs, as lines for a terminal: each thing once, when it is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector import influxql
from collector.clock import at_second, local

if TYPE_CHECKING:
    from collections.abc import Callable

    from collector.influx import Influx

UNNAMED = "a program that was gone when it was asked for"
LEDGER_EVERY = 5  # looks between two lines of the books


class Reporter:
    def __init__(self, influx: Influx, venue: str, pc: str, say: Callable[[str], None]) -> None:
        self._influx = influx
        self._venue = venue
        self._pc = pc
        self._say = say
        self._looks = 0
        self._game_seen = False
        self._site_seen = False
        self._firing: set[tuple[str, str, str]] = set()

    def look(self) -> None:
        """Unavailable where the database does not answer."""
        self._looks += 1
        if not self._game_seen:
            self._this_pc()
        if not self._site_seen:
            self._visits()
        self._violations()
        if self._looks % LEDGER_EVERY == 0:
            self._books()

    def _this_pc(self) -> None:
        for series in self._influx.query(influxql.play_of(self._venue, self._pc)):
            for time, play, after_hours in series.rows:
                if series.tags["game"] != "none" and play:
                    when = local(at_second(time / 1000)).strftime("%H:%M:%S")
                    self._say(
                        f"this PC ({self._venue}/{self._pc}) played {series.tags['game']} at {when}: "
                        f"{play} s, {after_hours} s of it after hours"
                    )
                    self._game_seen = True
                    return

    def _visits(self) -> None:
        for series in self._influx.query(influxql.hits_of(self._venue, self._pc)):
            for _, domain, accesses, process in series.rows:
                if accesses:
                    self._say(
                        f"this PC reached {domain}, which is listed: {accesses} accesses by {process or UNNAMED}"
                    )
                    self._site_seen = True
                    return

    def _violations(self) -> None:
        firing = {
            (s.tags["policy"], s.tags["venue"], s.tags["pc"])
            for s in self._influx.query(influxql.violations_since("1h"))
            if s.rows[0][1]
        }
        self._tell("violation", firing - self._firing)
        self._tell("ended", self._firing - firing)
        self._firing = firing

    def _tell(self, what: str, changed: set[tuple[str, str, str]]) -> None:
        """A line a venue."""
        for policy, venue in sorted({(policy, venue) for policy, venue, _ in changed}):
            pcs = sorted(pc for p, v, pc in changed if (p, v) == (policy, venue) and pc)
            where = f" at {venue}" if venue else ""  # the stack's own troubles are at none
            self._say(f"{what}: {policy}{where}{', PC ' if pcs else ''}{', '.join(pcs)}")

    def _books(self) -> None:
        for series in self._influx.query(influxql.books()):
            entry = dict(zip(series.columns, series.rows[0], strict=True))
            self._say(
                "ledger: received {received} = stored {stored} + dead {dead} + in flight {in_flight} + shed {shed}".format(
                    **entry
                )
            )
        online, registered = (
            sum(series.rows[0][1] for series in self._influx.query(query(influxql.ANY)))
            for query in (influxql.online_now, influxql.registered_now)
        )
        self._say(f"presence: {online} of {registered} registered PCs online")
