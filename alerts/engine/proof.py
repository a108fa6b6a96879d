"""Whether a violation that is no longer seen has ended, or only nobody looks any more: presence knows."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from alerts.engine.state import MISSING
from collector import influxql
from collector.influx import Refused, Unavailable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from alerts.engine.state import Instance
    from collector.influx import Influx

log = logging.getLogger(__name__)

LOST = "lost"  # the subject is not observed any more
UNKNOWN = "unknown"  # nobody can tell
_UNSEEN = {MISSING, "NoData"}  # its series is gone: nothing counts against it, or nothing is known of it
_AWAY = "Error"
_RECKONED = {"register", "coverage"}

# Presence writes each minute, and has a point of one of the last two.
LOOK_BACK = timedelta(seconds=150)
# A message each 30 seconds, told once a minute: whoever is there was heard as lately.
HEARD = timedelta(seconds=120)


@dataclass(frozen=True)
class _Seen:
    """Of each PC of a venue: when its last message was stamped, None where it is not online."""

    pcs: Mapping[tuple[str, str], datetime | None]

    def observes(self, venue: str, pc: str, at: datetime) -> bool:
        """Whether the PC, or any of the venue where none is named, was there just now."""
        found = [last for (v, p), last in self.pcs.items() if v == venue and pc in {"", p}]
        return any(last is not None and at - last <= HEARD for last in found)


@dataclass(frozen=True)
class Ended:
    """An instance that ended; `counted`: what it was about is no PC's doing, but presence's own reckoning."""

    instance: Instance
    counted: bool = False


def counted(measurements: Collection[str]) -> bool:
    """Whether a rule that reads these hears of its subject by presence alone: a register needs no PC that is on."""
    return bool(measurements) and set(measurements) <= _RECKONED


def reasons(ended: Sequence[Ended], influx: Influx, at: datetime) -> list[str]:
    """Why each of them ended: its own reason, empty where it did end, `lost` or `unknown`."""
    unseen = [one for one in ended if one.instance.reason in _UNSEEN]
    venues = {_venue(one.instance) for one in unseen if not one.counted} - {""}
    seen: _Seen | None = None
    try:
        seen = _look(influx, sorted(venues), at) if venues else _Seen({})
        awake = not any(one.counted for one in unseen) or _awake(influx, at)
    except (Unavailable, Refused, ValueError) as fault:
        log.warning("nobody can tell whether %d violations ended: %s", len(unseen), fault)
        seen, awake = None, False
    return [_reason(one, seen, at, awake=awake) for one in ended]


def _reason(one: Ended, seen: _Seen | None, at: datetime, *, awake: bool) -> str:
    instance, venue = one.instance, _venue(one.instance)
    if instance.reason == _AWAY:
        return UNKNOWN
    if instance.reason not in _UNSEEN:
        return instance.reason
    if one.counted:
        return "" if awake else UNKNOWN
    if not venue:
        return ""
    if seen is None:
        return UNKNOWN
    return "" if seen.observes(venue, dict(instance.labels).get("pc", ""), at) else LOST


def _awake(influx: Influx, at: datetime) -> bool:
    """Whether presence has reckoned lately."""
    until = int(at.timestamp())
    return bool(influx.query(influxql.last_reckoned(until - int(LOOK_BACK.total_seconds()), until)))


def _look(influx: Influx, venues: Sequence[str], at: datetime) -> _Seen:
    until = int(at.timestamp())
    query = influxql.last_heard(venues, until - int(LOOK_BACK.total_seconds()), until)
    pcs: dict[tuple[str, str], datetime | None] = {}
    for series in influx.query(query):
        (row,) = series.rows
        told = dict(zip(series.columns, row, strict=True))
        last = None
        if told["online"] and told["seen"] is not None:
            stamp = int(told["time"]) // 1000
            last = at - timedelta(seconds=until - stamp + int(told["seen"]))
        pcs[series.tags["venue"], series.tags["pc"]] = last
    return _Seen(pcs)


def _venue(instance: Instance) -> str:
    return dict(instance.labels).get("venue", "")
