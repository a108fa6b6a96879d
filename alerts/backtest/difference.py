"""What other policies would have changed: episodes and venues gained and lost, time more and less."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.backtest.tally import Tally, minus, span, tally, union

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alerts.backtest.episode import Episode
    from alerts.backtest.run import Outcome, Period
    from alerts.backtest.tally import Span
    from alerts.engine.frames import Labels


@dataclass(frozen=True)
class Difference:
    """Of one policy; without an outcome on the side where it does not exist.

    An episode is lost where nothing of it fires under the other policies, and gained where nothing of it fired
    under these. `less` and `more` are seconds of firing, subject by subject.
    """

    policy: str
    before: Outcome | None
    after: Outcome | None
    was: Tally
    is_: Tally
    lost: tuple[Episode, ...]
    gained: tuple[Episode, ...]
    venues_lost: tuple[str, ...]
    venues_gained: tuple[str, ...]
    less: float
    more: float

    @property
    def fault(self) -> str:
        return "; ".join(side.fault for side in (self.before, self.after) if side is not None and side.fault)

    @property
    def nothing(self) -> bool:
        return not (self.lost or self.gained or self.less or self.more or self.fault)


def differences(before: Sequence[Outcome], after: Sequence[Outcome], period: Period) -> list[Difference]:
    """In order of policies."""
    old = {outcome.policy: outcome for outcome in before}
    new = {outcome.policy: outcome for outcome in after}
    return [
        _difference(name, old.get(name), new.get(name), period) for name in sorted(old.keys() | new.keys())
    ]


def _difference(policy: str, before: Outcome | None, after: Outcome | None, period: Period) -> Difference:
    was = before.episodes if before is not None else ()
    is_ = after.episodes if after is not None else ()
    old, new = _times(was, period), _times(is_, period)
    venues = _venues(was), _venues(is_)
    return Difference(
        policy,
        before,
        after,
        tally((policy,), was, period),
        tally((policy,), is_, period),
        tuple(episode for episode in was if not _touches(episode, new, period)),
        tuple(episode for episode in is_ if not _touches(episode, old, period)),
        tuple(sorted(venues[0] - venues[1])),
        tuple(sorted(venues[1] - venues[0])),
        _left(old, new),
        _left(new, old),
    )


def _times(episodes: Iterable[Episode], period: Period) -> dict[Labels, list[Span]]:
    found: dict[Labels, list[Span]] = defaultdict(list)
    for episode in episodes:
        found[episode.subject].append(span(episode, period))
    return {subject: union(spans) for subject, spans in found.items()}


def _touches(episode: Episode, times: dict[Labels, list[Span]], period: Period) -> bool:
    since, until = span(episode, period)
    return any(begin < until and since < end for begin, end in times.get(episode.subject, ()))


def _left(these: dict[Labels, list[Span]], others: dict[Labels, list[Span]]) -> float:
    return sum(
        until - since
        for subject, spans in these.items()
        for since, until in minus(spans, others.get(subject, []))
    )


def _venues(episodes: Iterable[Episode]) -> set[str]:
    return {venue for episode in episodes if (venue := episode.label("venue"))}
