"""How often and how long: episodes added up by policy, venue or place."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from alerts.backtest.episode import Episode
    from alerts.backtest.run import Period

Span = tuple[float, float]  # [from, to) in epoch seconds
Key = tuple[str, ...]


@dataclass(frozen=True)
class Tally:
    """Of some episodes, as far as they lie in the period: `seconds` are those of all subjects added up, `covered` those
    in which at least one fired, `share` what that is of the period.
    """

    key: Key
    episodes: int
    subjects: int
    venues: int
    seconds: float
    longest: float
    covered: float
    share: float


def span(episode: Episode, period: Period) -> Span:
    """When it fired within the period."""
    return _within(episode.fired, period), _within(episode.ended or period.end, period)


def tallies(episodes: Iterable[Episode], period: Period, key: Callable[[Episode], Key]) -> list[Tally]:
    """The busiest first: those that fired most often, then those that fired longest. What never ends fires once."""
    groups: dict[Key, list[Episode]] = defaultdict(list)
    for episode in episodes:
        groups[key(episode)].append(episode)
    found = [tally(name, group, period) for name, group in groups.items()]
    return sorted(found, key=lambda t: (-t.episodes, -t.seconds, t.key))


def tally(key: Key, episodes: Sequence[Episode], period: Period) -> Tally:
    spans = [span(episode, period) for episode in episodes]
    lengths = [until - since for since, until in spans]
    covered = sum(until - since for since, until in union(spans))
    return Tally(
        key,
        len(episodes),
        len({episode.subject for episode in episodes}),
        len({venue for episode in episodes if (venue := episode.label("venue"))}),
        sum(lengths),
        max(lengths, default=0),
        covered,
        covered / (period.end - period.start).total_seconds(),
    )


def union(spans: Iterable[Span]) -> list[Span]:
    """The times that lie in any of them, in order and apart from each other."""
    found: list[Span] = []
    for since, until in sorted(spans):
        if found and since <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], until)
        else:
            found.append((since, until))
    return found


def minus(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """The times that lie in one of these and in none of the others; both in order and apart (see union)."""
    left = []
    for since, until in spans:
        at = since
        for begin, end in others:
            if end <= at or begin >= until:
                continue
            if begin > at:
                left.append((at, begin))
            at = end
        if at < until:
            left.append((at, until))
    return left


def _within(moment: datetime, period: Period) -> float:
    return min(max(moment, period.start), period.end).timestamp()
