"""A backtest as tables for a terminal: times on the province's clock."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from alerts import duration
from alerts.backtest.tally import tallies
from alerts.table import columns
from collector.clock import local

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from alerts.backtest.difference import Difference
    from alerts.backtest.episode import Episode
    from alerts.backtest.run import Outcome, Period
    from alerts.backtest.tally import Tally

MOST = 20  # venues or places, busiest first; and episodes that are told one by one
_NAMES = 10  # venues of a difference
_RIGHT = ">"


def as_text(outcomes: Sequence[Outcome], period: Period) -> str:
    """Policies, the busiest venues and places, and where there are few, each episode."""
    episodes = [episode for outcome in outcomes for episode in outcome.episodes]
    parts = [_head(outcomes, period), _policies(outcomes, period)]
    parts += [_busiest(episodes, period, label) for label in ("venue", "place")]
    if 0 < len(episodes) <= MOST:
        parts.append(_each(episodes))
    parts += [_faults((outcome.policy, outcome.fault) for outcome in outcomes)]
    return "\n".join(part for part in parts if part)


def differences_as_text(compared: Sequence[Difference]) -> str:
    """What changes by policy; who is lost and gained."""
    changed = [found for found in compared if not found.nothing]
    if not changed:
        return "under the other policies nothing would have been different\n"
    head = (
        "policy",
        ">episodes",
        ">then",
        ">lost",
        ">gained",
        ">venues",
        ">then",
        ">firing",
        ">less",
        ">more",
    )
    rows = [
        (
            _marked(found),
            str(found.was.episodes),
            str(found.is_.episodes),
            str(len(found.lost)),
            str(len(found.gained)),
            str(found.was.venues),
            str(found.is_.venues),
            _long(found.was.seconds),
            _long(found.less),
            _long(found.more),
        )
        for found in changed
    ]
    named = [
        f"{found.policy}: venues {word}: {_few(names)}\n"
        for found in changed
        for word, names in (("lost", found.venues_lost), ("gained", found.venues_gained))
        if names
    ]
    parts = [_table(head, rows), "".join(named), _faults((found.policy, found.fault) for found in changed)]
    return "\n".join(part for part in parts if part)


def _head(outcomes: Sequence[Outcome], period: Period) -> str:
    phase = f", {duration.show(period.phase)} after the full interval" if period.phase else ""
    evaluations = sum(outcome.evaluations for outcome in outcomes)
    return (
        f"{_time(period.start)} to {_time(period.end)} (Asia/Ho_Chi_Minh): {len(outcomes)} rules,"
        f" {evaluations} evaluations{phase}\n"
    )


def _policies(outcomes: Sequence[Outcome], period: Period) -> str:
    severities = {outcome.policy: outcome.severity for outcome in outcomes}
    found = tallies((e for o in outcomes for e in o.episodes), period, lambda episode: (episode.policy,))
    silent = sorted(outcome.policy for outcome in outcomes if not outcome.episodes and not outcome.fault)
    head = (
        "policy",
        "severity",
        ">episodes",
        ">subjects",
        ">venues",
        ">firing",
        ">longest",
        ">share of time",
    )
    rows = [
        (
            sums.key[0],
            severities[sums.key[0]],
            str(sums.episodes),
            str(sums.subjects),
            str(sums.venues),
            *_times(sums),
        )
        for sums in found
    ]
    quiet = f"never fired: {', '.join(silent)}\n" if silent else ""
    return _table(head, rows) + quiet


def _busiest(episodes: Sequence[Episode], period: Period, label: str) -> str:
    named = (episode for episode in episodes if episode.label(label))
    found = tallies(named, period, lambda episode: (episode.label(label), episode.policy))
    head = (label, "policy", ">episodes", ">subjects", ">firing", ">longest", ">share of time")
    rows = [(*sums.key, str(sums.episodes), str(sums.subjects), *_times(sums)) for sums in found[:MOST]]
    more = f"and {len(found) - MOST} more: --csv and --json have all\n" if len(found) > MOST else ""
    return _table(head, rows) + more


def _each(episodes: Iterable[Episode]) -> str:
    head = ("policy", "subject", "true since", "fired", "ended", ">value")
    rows = [
        (
            e.policy,
            " ".join(value for name, value in e.subject if name != "class"),
            ("before " if e.open else "") + _time(e.began),
            _time(e.fired),
            "still fires" if e.ended is None else _time(e.ended),
            "" if e.value is None else f"{e.value:g}",
        )
        for e in episodes
    ]
    return _table(head, rows)


def _faults(faults: Iterable[tuple[str, str]]) -> str:
    return "".join(f"{policy}: cannot be told: {fault}\n" for policy, fault in faults if fault)


def _times(sums: Tally) -> Iterator[str]:
    yield _long(sums.seconds)
    yield _long(sums.longest)
    yield f"{sums.share:.1%}"


def _marked(found: Difference) -> str:
    return f"{found.policy}{' (new)' if found.before is None else ' (gone)' if found.after is None else ''}"


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    return ", ".join(names[:_NAMES]) + more


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns two spaces apart; those whose name begins with `>` are numbers."""
    if not rows:
        return ""
    lines = [[name.removeprefix(_RIGHT) for name in head], *rows]
    return columns(lines, right=[i for i, name in enumerate(head) if name.startswith(_RIGHT)])


def _time(moment: datetime) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}" + (f":{moment.second:02}" if moment.second else "")


def _long(seconds: float) -> str:
    """In minutes where it is more than one: 1d3h5m."""
    whole = round(seconds / 60) * 60 if seconds >= 60 else round(seconds)
    return duration.show(timedelta(seconds=whole)) if whole else "0"
