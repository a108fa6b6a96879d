"""What every transport is: it delivers a notice, or says whether trying again can help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from alerts.notice import Notice


class DeliveryError(Exception):
    """A notice was not delivered; `permanent` where the same one will be refused again."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


class Transport(Protocol):
    def send(self, notice: Notice) -> None:
        """Delivered when it returns; DeliveryError otherwise."""
        ...
