"""Which addresses are the PC's own: what others send through it, or ask of it, is not its doing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collector.clock import Clock

FRESH = 5.0  # seconds between two looks at the networks
_LOOPBACK = "127."


class Addresses:
    """Looks again when it meets one that it does not know: networks come and go."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: frozenset[str] = frozenset()
        self._looked: float | None = None

    def __call__(self, address: str) -> bool:
        if address.startswith(_LOOPBACK) or address in self._known:
            return True
        now = self._clock.monotonic()
        if self._looked is None or now - self._looked >= FRESH:
            self._looked = now
            self._known = frozenset(
                one.address.partition("%")[0] for network in psutil.net_if_addrs().values() for one in network
            )
        return address in self._known
