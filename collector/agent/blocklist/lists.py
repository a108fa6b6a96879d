"""What a sensor needs of the list in force, wherever it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from collector.agent.blocklist.lookup import Hit
    from collector.wire import Offer


class Lists(Protocol):
    """Without a list in force nobody looks for names, and nobody is blind to them."""

    @property
    def in_force(self) -> bool: ...

    def match(self, name: str) -> Hit | None: ...

    def renew(self) -> None:
        """Asked before each sample. OSError where the list that should be there is not, nor an older one."""
        ...

    def hear(self, offers: Mapping[str, Offer]) -> None: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...
