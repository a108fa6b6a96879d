"""A key at a terminal shows in the access time of its device, whatever the wall clock does."""

import os
import pty
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.agent.platform.terminals import Terminals
from collector.clock import Instant

WALL = 1_772_463_000.0


def at(mono: float, wall: float) -> Instant:
    return Instant("boot-1", mono, wall)


@pytest.fixture
def terminal() -> Iterator[str]:
    """A real terminal's name under /dev."""
    master, slave = pty.openpty()
    try:
        yield os.ttyname(slave).removeprefix("/dev/")
    finally:
        os.close(master)
        os.close(slave)


def touch(name: str, atime: float) -> None:
    os.utime(f"/dev/{name}", (atime, atime))


def test_silence_is_counted_from_the_last_key(terminal: str) -> None:
    terminals = Terminals(Path("/dev"))
    touch(terminal, WALL - 100)
    assert terminals.idle([terminal], at(1000, WALL)) == 100
    assert terminals.idle([terminal], at(1030, WALL + 30)) == 130
    touch(terminal, WALL + 50)
    assert terminals.idle([terminal], at(1060, WALL + 60)) == 10


def test_setting_the_clock_is_no_key_and_no_silence(terminal: str) -> None:
    terminals = Terminals(Path("/dev"))
    touch(terminal, WALL - 100)
    assert terminals.idle([terminal], at(1000, WALL)) == 100
    assert terminals.idle([terminal], at(1030, WALL + 86_400)) == 130
    assert terminals.idle([terminal], at(1060, WALL - 86_400)) == 160
    touch(terminal, WALL - 86_400)  # a key, on the clock that was set back
    assert terminals.idle([terminal], at(1090, WALL - 86_400 + 10)) == 10


def test_a_key_after_a_jump_counts_as_since_the_last_sample_at_most(terminal: str) -> None:
    terminals = Terminals(Path("/dev"))
    touch(terminal, WALL - 100)
    terminals.idle([terminal], at(1000, WALL))
    touch(terminal, WALL + 5)
    assert terminals.idle([terminal], at(1030, WALL + 86_400)) == 30


def test_the_most_recent_terminal_counts_and_a_vanished_one_does_not(terminal: str) -> None:
    terminals = Terminals(Path("/dev"))
    touch(terminal, WALL - 100)
    assert terminals.idle(["pts/99999", ":0", "null", terminal], at(1000, WALL)) is not None
    assert terminals.idle(["pts/99999", ":0"], at(1000, WALL)) is None
    assert terminals.idle([], at(1000, WALL)) is None


def test_a_real_key_changes_what_is_seen() -> None:
    """The kernel notes keys in steps of eight seconds; an old time shows the change at once."""
    master, slave = pty.openpty()
    try:
        name = os.ttyname(slave).removeprefix("/dev/")
        touch(name, WALL - 3600)
        terminals = Terminals(Path("/dev"))
        assert terminals.idle([name], at(1000, WALL)) == 3600
        os.write(master, b"a\n")
        os.read(slave, 10)
        silent = terminals.idle([name], at(1030, Path("/dev", name).stat().st_atime + 3))
        assert silent == 3
    finally:
        os.close(master)
        os.close(slave)
