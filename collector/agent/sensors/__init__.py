"""The sensors: what each must offer, the one list of them, and how the settings choose among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from collector.agent.sensors.blind import BlindSensor
from collector.agent.sensors.games import GamesSensor
from collector.agent.sensors.host import HostSensor
from collector.agent.sensors.session import SessionSensor
from collector.agent.sensors.sites import SitesSensor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from collector.agent.blocklist.lists import Lists
    from collector.agent.config import Settings
    from collector.agent.platform import Platform
    from collector.clock import Instant
    from collector.lineprotocol import Point


class Sensor(Protocol):
    """Looks at the PC now and then; its points carry no time, the message's stamp holds for them."""

    name: str  # a measurement of the schema
    every: float  # seconds between samples

    def sample(self, now: Instant) -> Iterable[Point]:
        """May raise OSError or psutil.Error: the loop counts it, and the others go on."""
        ...


SENSORS: tuple[tuple[str, Callable[[Settings, Platform, Lists], Sensor]], ...] = (
    ("host", HostSensor.build),
    ("games", GamesSensor.build),
    ("session", SessionSensor.build),
    ("sites", SitesSensor.build),
    ("blind", BlindSensor.build),
)
NAMES = tuple(name for name, _ in SENSORS)


def build(settings: Settings, platform: Platform, lists: Lists) -> tuple[Sensor, ...]:
    """The sensors that the settings switch on. OSError or ValueError where a table of theirs is unfit."""
    return tuple(make(settings, platform, lists) for name, make in SENSORS if name in settings.sensors)
