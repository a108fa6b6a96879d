"""Several ingest processes under one: started, heard, started again when they end or hang, ended together."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector.supervised import environment
from collector.supervisor import Supervisor

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence

    from collector.clock import Clock
    from collector.supervised import Supervised
    from collector.supervisor import Word

log = logging.getLogger(__name__)

_LOOK_EVERY = 0.25  # seconds between two looks at who has ended
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Pace:
    """Seconds and counts; tests use shorter ones.

    `silent_after` is far above the second between two signs of life and below the unit's WatchdogSec, so that one
    worker that hangs is replaced here, alone, before systemd would end them all.
    """

    restart_first: float = 1.0
    restart_longest: float = 30.0
    steady_after: float = 60.0  # at work for so long, its earlier failures are forgotten
    give_up: int = 10  # failures in a row
    fresh: float = 20.0  # without a sign of life for longer, nobody vouches for it any more
    silent_after: float = 60.0  # and beyond this it is killed
    end_within: float = 25.0  # of SIGTERM; the unit's TimeoutStopSec is longer


@dataclass
class _Worker:
    name: str
    start_at: float
    process: subprocess.Popen[bytes] | None = None
    ready_at: float | None = None
    heard: float = 0.0  # its last sign of life, or its start
    status: str = ""
    failures: int = 0


class Workers:
    """`command` gives the command line of a worker. Its name makes its client id at the broker: the one that is
    started again takes the place of the one before, and its part of what the broker still held for it.
    """

    def __init__(
        self,
        names: Sequence[str],
        command: Callable[[str], list[str]],
        clock: Clock,
        supervised: Supervised,
        stop: threading.Event,
        pace: Pace | None = None,
    ) -> None:
        self._command = command
        self._clock = clock
        self._supervised = supervised
        self._stop = stop
        self._pace = pace or Pace()
        self._workers = [_Worker(name, clock.monotonic()) for name in names]
        self.restarts = 0

    def run(self) -> bool:
        """Until `stop`; whether all went well. False where a worker cannot live, or did not end in order."""
        with Supervisor() as supervisor:
            try:
                while not self._stop.is_set():
                    self._turn(supervisor)
                    if any(worker.failures >= self._pace.give_up for worker in self._workers):
                        log.error("given up: a worker ends again and again")
                        return False
            finally:
                well = self._end(supervisor)
        return well

    def _turn(self, supervisor: Supervisor) -> None:
        now = self._clock.monotonic()
        for worker in self._workers:
            if worker.process is None and now >= worker.start_at:
                self._start(worker, supervisor.address)
        for word in supervisor.hear(_LOOK_EVERY):
            self._take(word)
        now = self._clock.monotonic()
        for worker in self._workers:
            self._look(worker, now)
        self._vouch(now)

    def _start(self, worker: _Worker, address: str) -> None:
        worker.process = subprocess.Popen(
            self._command(worker.name), stdin=subprocess.DEVNULL, env=environment(address)
        )
        worker.ready_at = None
        worker.heard = self._clock.monotonic()

    def _take(self, word: Word) -> None:
        """What a worker says. A word of a stranger, or of one that has been replaced, is nobody's."""
        for worker in self._workers:
            if worker.process is not None and worker.process.pid == word.pid:
                now = self._clock.monotonic()
                if word.ready and worker.ready_at is None:
                    worker.ready_at = now
                if word.ready or word.alive:
                    worker.heard = now
                if word.status is not None:
                    worker.status = word.status

    def _look(self, worker: _Worker, now: float) -> None:
        process = worker.process
        if process is None:
            return
        code = process.poll()
        if code is not None:
            self._failed(worker, now, f"ended with {code}")
        elif now - worker.heard > self._pace.silent_after:
            process.kill()
            process.wait()
            self._failed(worker, now, "hung")
        elif worker.failures and worker.ready_at is not None and self._steady(worker, now):
            worker.failures = 0
            log.info("works again", extra={"worker": worker.name})

    def _steady(self, worker: _Worker, now: float) -> bool:
        return worker.ready_at is not None and now - worker.ready_at >= self._pace.steady_after

    def _failed(self, worker: _Worker, now: float, how: str) -> None:
        """Started again, later each time; said once, until it has worked for a while."""
        if self._steady(worker, now):
            worker.failures = 0
        if not worker.failures:
            log.warning("%s, and is started again", how, extra={"worker": worker.name})
        wait = min(self._pace.restart_longest, self._pace.restart_first * 2.0 ** min(worker.failures, 16))
        worker.failures += 1
        worker.process = worker.ready_at = None
        worker.status = ""
        worker.start_at = now + wait
        self.restarts += 1

    def _vouch(self, now: float) -> None:
        """Ready when all are, and alive while all are: what systemd hears is true of each of them."""
        ready = [worker for worker in self._workers if worker.ready_at is not None]
        if len(ready) == len(self._workers):
            self._supervised.ready()
        if all(worker.process is None or now - worker.heard <= self._pace.fresh for worker in self._workers):
            words = [f"{len(ready)} of {len(self._workers)} workers, {self.restarts} restarts"]
            words += [f"{worker.name}: {worker.status}" for worker in ready if worker.status]
            self._supervised.alive("; ".join(words))

    def _end(self, supervisor: Supervisor) -> bool:
        """All at once, each with time to finish the work in hand; whether all did."""
        running = [worker.process for worker in self._workers if worker.process is not None]
        for process in running:
            process.terminate()
        deadline = self._clock.monotonic() + self._pace.end_within
        while any(p.poll() is None for p in running) and self._clock.monotonic() < deadline:
            supervisor.hear(_LOOK_EVERY)
        for process in running:
            if process.poll() is None:
                process.kill()
                process.wait()
        return all(process.returncode == 0 for process in running)


def die_with(parent: int) -> None:
    """Have the kernel send this process a SIGTERM when its parent ends, however it ends; Linux only."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:  # it ended before we could ask
        os.kill(os.getpid(), signal.SIGTERM)
