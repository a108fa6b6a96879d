"""Carries a schedule out on a running stack: kills, restarts and troubles at their times, one after another."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from provisioning.exactness.schedule import Victim
from provisioning.local.proxy import Fault

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Mapping

    from collector.clock import Clock
    from provisioning.exactness.schedule import Kill, Phase, Schedule
    from provisioning.local.disk import SmallDisk
    from provisioning.local.process import Child
    from provisioning.local.proxy import Proxy

_REFILL = 0.25  # seconds between two looks whether a full disk still is


class Chaos:
    """`run` returns when the schedule's time is over and everything is up again."""

    def __init__(
        self,
        victims: Mapping[Victim, Child],
        proxy: Proxy,
        disk: SmallDisk | None,
        clock: Clock,
        say: Callable[[str], None],
    ) -> None:
        self.died: list[str] = []  # who was found dead without having been killed
        self._victims = victims
        self._proxy = proxy
        self._disk = disk
        self._down: set[Victim] = set()  # killed, and to be started again at their time
        self._full = False
        self._clock = clock
        self._began = clock.monotonic()
        self._say = say

    def run(self, schedule: Schedule, stop: threading.Event) -> None:
        """RuntimeError or TimeoutError where a victim does not come up again."""
        self._began = self._clock.monotonic()
        for at, act in sorted(self._acts(schedule), key=lambda item: item[0]):
            if self._wait(at, stop):
                return
            act()
        self._wait(schedule.seconds, stop)

    def tell(self, what: str) -> None:
        self._say(f"{self._clock.monotonic() - self._began:7.1f} s  {what}")

    def _acts(self, schedule: Schedule) -> Iterator[tuple[float, Callable[[], None]]]:
        for kill in schedule.kills:
            yield kill.at, partial(self._kill, kill)
            yield kill.at + kill.down, partial(self._restart, kill.victim)
        for phase in schedule.phases:
            yield phase.at, partial(self._begin, phase)
            yield phase.end, partial(self._end, phase)

    def _wait(self, at: float, stop: threading.Event) -> bool:
        """Until a moment of the schedule; whether `stop` came first."""
        while (left := self._began + at - self._clock.monotonic()) > 0:
            if stop.wait(min(left, _REFILL) if self._full else left):
                return True
            if self._full and self._disk is not None:
                self._disk.fill()
        return stop.is_set()

    def _kill(self, kill: Kill) -> None:
        child = self._victims[kill.victim]
        self._down.add(kill.victim)
        if child.running:
            child.kill()
            self.tell(f"kill -9 {kill.victim.value}")
        elif self._full and kill.victim is Victim.DATABASE:
            self.tell("influxd has ended already, on its full disk")
        else:
            self.died.append(kill.victim.value)
            self.tell(f"{kill.victim.value} IS DEAD, and nobody killed it")

    def _restart(self, victim: Victim) -> None:
        self._down.discard(victim)
        try:
            self._victims[victim].restart()
        except (OSError, RuntimeError):
            # On a full tmpfs even reading the hole in a sparse file takes room, and influxd ends with SIGBUS.
            if not self._full or victim is not Victim.DATABASE:
                raise
            self.tell("influxd does not start on a full disk")
        else:
            self.tell(f"{victim.value} is up again")

    def _begin(self, phase: Phase) -> None:
        if isinstance(phase.trouble, Fault):
            self._proxy.fault = phase.trouble
        elif self._disk is not None:
            self._full = True
            self._disk.fill()
        self.tell(f"for {phase.lasts:g} s: {phase.trouble.value}")

    def _end(self, phase: Phase) -> None:
        if isinstance(phase.trouble, Fault):
            self._proxy.fault = Fault.NONE
            self.tell(f"no more: {phase.trouble.value}")
        elif self._disk is not None:
            self._full = False
            self._disk.free()
            self.tell("there is room on the disk again")
            self._recover()

    def _recover(self) -> None:
        """What docs/operate.md tells the operator to do: influxd refuses writes until it is started anew."""
        if Victim.DATABASE in self._down:
            return
        influxd = self._victims[Victim.DATABASE]
        if influxd.running:
            influxd.stop()
        influxd.restart()
        self.tell("influxd started anew, as after a full disk it must be")
