"""A backtest as JSON, and its episodes as CSV: times on the province's clock."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from alerts.backtest.tally import span, tallies
from collector.clock import local

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from alerts.backtest.difference import Difference
    from alerts.backtest.episode import Episode
    from alerts.backtest.run import Outcome, Period
    from alerts.backtest.tally import Tally

COLUMNS = (
    "policy", "severity", "venue", "pc", "place", "class", "what", "began", "began_before", "fired", "fired_before",
    "ended", "reason", "value", "seconds",
)  # fmt: skip
_NAMED = ("venue", "pc", "place", "class")


def as_csv(outcomes: Sequence[Outcome], period: Period) -> str:
    """A line an episode, those of a policy in order of time."""
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for outcome in outcomes:
        writer.writerows(_row(episode, period) for episode in outcome.episodes)
    return file.getvalue()


def as_json(
    outcomes: Sequence[Outcome], period: Period, compared: Sequence[Difference] | None = None
) -> dict[str, Any]:
    """`compared`: the same period under other policies."""
    episodes = [episode for outcome in outcomes for episode in outcome.episodes]
    result = {
        "period": {
            "from": _time(period.start),
            "to": _time(period.end),
            "phase": int(period.phase.total_seconds()),
        },
        "policies": [_policy(outcome, period) for outcome in outcomes],
        "venues": _sums(episodes, period, "venue"),
        "places": _sums(episodes, period, "place"),
        "episodes": [_row(episode, period) for episode in episodes],
    }
    if compared is not None:
        result["compared"] = [_difference(found, period) for found in compared]
    return result


def _policy(outcome: Outcome, period: Period) -> dict[str, Any]:
    sums = tallies(outcome.episodes, period, lambda episode: (episode.policy,))
    return {
        "policy": outcome.policy,
        "title": outcome.title,
        "severity": outcome.severity,
        "audience": outcome.audience,
        "evaluations": outcome.evaluations,
        "fault": outcome.fault or None,
        **(_sum(sums[0]) if sums else {"episodes": 0}),
    }


def _sums(episodes: Sequence[Episode], period: Period, label: str) -> list[dict[str, Any]]:
    found = [episode for episode in episodes if episode.label(label)]
    return [
        {"policy": sums.key[0], label: sums.key[1], **_sum(sums)}
        for sums in tallies(found, period, lambda episode: (episode.policy, episode.label(label)))
    ]


def _sum(sums: Tally) -> dict[str, Any]:
    return {
        "episodes": sums.episodes,
        "subjects": sums.subjects,
        "venues": sums.venues,
        "seconds": round(sums.seconds),
        "longest": round(sums.longest),
        "covered": round(sums.covered),
        "share": round(sums.share, 6),
    }


def _row(episode: Episode, period: Period) -> dict[str, Any]:
    since, until = span(episode, period)
    further = ",".join(f"{name}:{value}" for name, value in episode.subject if name not in _NAMED)
    return {
        "policy": episode.policy,
        "severity": episode.severity,
        **{name: episode.label(name) or None for name in _NAMED},
        "what": further or None,
        "began": _time(episode.began),
        "began_before": int(episode.open),
        "fired": _time(episode.fired),
        "fired_before": int(episode.fired < period.start),
        "ended": None if episode.ended is None else _time(episode.ended),
        "reason": episode.reason or None,
        "value": episode.value,
        "seconds": round(until - since),
    }


def _difference(found: Difference, period: Period) -> dict[str, Any]:
    return {
        "policy": found.policy,
        "fault": found.fault or None,
        "before": None if found.before is None else _sum(found.was),
        "after": None if found.after is None else _sum(found.is_),
        "seconds_less": round(found.less),
        "seconds_more": round(found.more),
        "venues_lost": list(found.venues_lost),
        "venues_gained": list(found.venues_gained),
        "lost": [_row(episode, period) for episode in found.lost],
        "gained": [_row(episode, period) for episode in found.gained],
    }


def _time(moment: datetime) -> str:
    return local(moment).isoformat(timespec="seconds")
