"""How often each measurement is written, and how many series of it there are: what a rule's window must meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# A province: what a rule must not stumble over.
PCS, VENUES, PLACES = 16_000, 1_000, 99
# Measured with InfluxDB 1.6 on two cores, grouped by PC (benchmarks/rules.py).
SCANNED = 4_500_000  # points a second


@dataclass(frozen=True)
class Cadence:
    """`every`: seconds between two points of a series, None where they come when something happens.

    `sparse`: written only where there is something to say, so that a rule over all PCs reads little.
    """

    every: int | None
    of: Literal["pc", "venue", "place", "server"]
    sparse: bool = False

    def points(self, seconds: float) -> float:
        """How many points a whole province writes meanwhile."""
        series = {"pc": PCS, "venue": VENUES, "place": PLACES, "server": 10}[self.of]
        return 0 if self.sparse or self.every is None else series * seconds / self.every


CADENCES: dict[str, Cadence] = {
    "agent": Cadence(30, "pc"),
    "host": Cadence(30, "pc"),
    "games": Cadence(30, "pc"),
    "session": Cadence(30, "pc"),
    "sites": Cadence(30, "pc"),
    "blind": Cadence(30, "pc"),
    "presence": Cadence(60, "pc"),
    "after_hours": Cadence(30, "pc", sparse=True),
    "unobserved": Cadence(60, "pc", sparse=True),
    "venue": Cadence(60, "venue"),
    "coverage": Cadence(60, "place"),
    "register": Cadence(600, "venue"),
    "disk": Cadence(60, "server"),
    "outbox": Cadence(60, "server"),
    "ledger": Cadence(10, "server"),
    "refused": Cadence(10, "server"),
    "late": Cadence(None, "pc", sparse=True),
    "unregistered": Cadence(60, "venue", sparse=True),
    "misdated": Cadence(None, "pc", sparse=True),
    "process": Cadence(60, "server"),
    "daily": Cadence(86_400, "pc"),
    "episode": Cadence(None, "pc", sparse=True),
    "blocklist": Cadence(None, "server"),
    "violation": Cadence(60, "pc", sparse=True),
}

# What to read instead of a measurement that every PC writes all the time.
INSTEAD = {
    "presence": "`unobserved`, where each point is a minute in which a PC is not observed",
    "games": "`after_hours` with the field play, or one game by `where: {game: …}`",
    "session": "`after_hours` with the field use",
    "sites": "`where: {grade: violation}` or hint",
    "blind": "`unobserved` with `where: {state: blind}`, or one reason by `where: {reason: …}`",
    "agent": "`unobserved` or `misdated`",
    "host": "the boards for load; a rule has nothing to say of it",
}
