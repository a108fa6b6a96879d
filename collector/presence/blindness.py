"""Why a PC that is heard may miss names: the reason of its last sample that is to be mended first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.agent.blindness.judges import REASONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from collector.influx import Series
    from collector.presence.facts import Key

NOT_LOOKING = "not_looking"  # has no list in force, though the site offers one, or no sensor for it
_CAUSE = 32  # characters, as the schema bounds it


def reasons(series: Iterable[Series]) -> dict[Key, str]:
    """The reason of each PC that is blind in its last sample.

    A reason that held before stands in a series of its own, and says 1 for ever: only the newest stamp counts.
    """
    newest: dict[Key, tuple[float, list[str]]] = {}
    for one in series:
        key = (one.tags["venue"], one.tags["pc"])
        at, blind = one.column("time")[0], one.column("last")[0]
        known = newest.get(key)
        if known is None or at > known[0]:
            known = newest[key] = (at, [])
        if blind and at == known[0]:
            known[1].append(one.tags["reason"])
    order = {reason: place for place, reason in enumerate(REASONS)}
    return {
        key: min(found, key=lambda reason: (order.get(reason, len(order)), reason))[:_CAUSE]
        for key, (_, found) in newest.items()
        if found
    }
