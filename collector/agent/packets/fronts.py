"""The offers of ECH seen of late, by which a real one is told from a decoy; see `tls`."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from collector.agent.packets.dns import Front

if TYPE_CHECKING:
    from collections.abc import Iterable

    from collector.agent.packets.tls import Hello

MOST = 256
AGE = 3600.0  # seconds; browsers keep an answer for at most its TTL, which is minutes


class Fronts:
    def __init__(self, known: frozenset[str]) -> None:
        self._known = known
        self._seen: OrderedDict[Front, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._seen)

    def remember(self, offered: Iterable[Front], at: float) -> None:
        for front in offered:
            self._seen[front] = at
            self._seen.move_to_end(front)
        while len(self._seen) > MOST:
            self._seen.popitem(last=False)

    def doubt(self, name: str) -> bool:
        """Whether a hello with this name could be one that hides another, if it had the right extension."""
        return name in self._known or any(front.name == name for front in self._seen)

    def hide(self, hello: Hello, at: float) -> bool:
        """Whether a hello's name is only the outer one of a real ECH."""
        if hello.ech is None or hello.name is None:
            return False
        if hello.name in self._known:
            return True
        seen = self._seen.get(Front(hello.name, hello.ech))
        return seen is not None and at - seen <= AGE
