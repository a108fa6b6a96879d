"""A child process that is known to be ready before anyone relies on it, and to be gone afterwards."""

from __future__ import annotations

import contextlib
import socket
import subprocess
from typing import TYPE_CHECKING, Self

from collector.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

STOP_WITHIN = 10.0  # seconds between SIGTERM and SIGKILL
_RETRY_EVERY = 0.02


def free_port() -> int:
    """A TCP port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int, address: str = "127.0.0.1") -> bool:
    with contextlib.suppress(OSError), socket.create_connection((address, port), timeout=1):
        return True
    return False


class Child:
    """One command, its output in a file, started at once. A context manager that ends it."""

    def __init__(self, name: str, command: Sequence[str], log: Path, *, cwd: Path | None = None) -> None:
        self.name = name
        self.log = log
        self._command = list(command)
        self._cwd = cwd
        self._start()

    def _start(self) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._cwd,
                start_new_session=True,  # Ctrl-C is for the demo, which then ends its children in order
            )

    def wait_until(self, ready: Callable[[], bool], within: float = 30.0) -> None:
        """RuntimeError (with the end of its output) where it ends first, TimeoutError where it takes longer."""
        clock = SystemClock()
        deadline = clock.monotonic() + within
        while not ready():
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = self.process.wait(_RETRY_EVERY)
                raise RuntimeError(f"{self.name} ended with {code}:\n{self.tail()}")
            if clock.monotonic() > deadline:
                raise TimeoutError(f"{self.name} was not ready within {within:.0f} s:\n{self.tail()}")

    def tail(self, characters: int = 2000) -> str:
        return self.log.read_text("utf-8", "replace")[-characters:]

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        """SIGKILL: what a power cut does."""
        self.process.kill()
        self.process.wait()

    def restart(self) -> None:
        """Start the same command again. Only after it has ended."""
        assert not self.running
        self._start()
        self.ready()

    def ready(self) -> None:
        """Return when it serves; a command that has a way to tell overrides this."""

    def stop(self, within: float = STOP_WITHIN) -> int:
        """SIGTERM, then SIGKILL to one that does not listen. Its exit code."""
        self.process.terminate()
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.kill()
            return self.process.returncode

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.running:
            self.stop()
