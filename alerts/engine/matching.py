"""Which label sets go together: equal ones, and where one contains the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alerts.engine.frames import Labels

Names = tuple[str, ...]


class Index:
    """Finds all members of a list that equal a label set, contain it or are contained in it.

    Grafana compares each with each; a province has too many for that. Two sets of as many names that differ
    do not go together.
    """

    def __init__(self, members: Sequence[Labels]) -> None:
        self._groups: dict[Names, dict[Labels, list[int]]] = {}
        self._narrowed: dict[tuple[Names, Names], dict[Labels, list[int]]] = {}
        for position, member in enumerate(members):
            self._groups.setdefault(_names(member), {}).setdefault(member, []).append(position)

    def equal(self, labels: Labels) -> Sequence[int]:
        """Positions of the members that are the same set."""
        return self._groups.get(_names(labels), {}).get(labels, ())

    def matches(self, labels: Labels) -> list[int]:
        """Positions of all that go with it, in the order of the list."""
        own = _names(labels)
        found: list[int] = []
        for group, members in self._groups.items():
            if group == own:
                found += members.get(labels, ())
            elif len(group) < len(own):
                if set(group) <= set(own):
                    found += members.get(_part(labels, group), ())
            elif set(own) <= set(group):
                found += self._with(group, own).get(labels, ())
        return sorted(found)

    def _with(self, group: Names, names: Names) -> dict[Labels, list[int]]:
        """The members of a group by the part of them that has these names only."""
        if (group, names) not in self._narrowed:
            narrowed: dict[Labels, list[int]] = {}
            for member, positions in self._groups[group].items():
                narrowed.setdefault(_part(member, names), []).extend(positions)
            self._narrowed[group, names] = narrowed
        return self._narrowed[group, names]


def _names(labels: Labels) -> Names:
    return tuple([name for name, _ in labels])


def _part(labels: Labels, names: Names) -> Labels:
    return tuple(pair for pair in labels if pair[0] in names)
