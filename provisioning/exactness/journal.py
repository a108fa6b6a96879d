"""What the PCs numbered and sent, kept as they sent it: the truth that the database is held against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.agent.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Iterable

    from collector.wire import Frame


class Journal:
    """`sent`: lines by (stream, number), stamps and all. `altered`: what was sent again otherwise than before."""

    def __init__(self) -> None:
        self.sent: dict[tuple[str, int], tuple[str, ...]] = {}
        self.altered: list[tuple[str, int]] = []

    def spool(self) -> Spool:
        """A PC's own spool, in memory, that tells of each message as it leaves."""
        return _Watched(self)

    def leaves(self, frame: Frame) -> None:
        key = frame.stream, frame.n
        if self.sent.setdefault(key, frame.lines) != frame.lines:
            self.altered.append(key)


class _Watched(Spool):
    def __init__(self, journal: Journal) -> None:
        super().__init__(None)
        self._journal = journal

    def frames(self, numbers: Iterable[int]) -> list[Frame]:
        frames = super().frames(numbers)
        for frame in frames:
            self._journal.leaves(frame)
        return frames
