"""What of the Windows port can be computed anywhere; the rest has not been run."""

import ctypes
import struct

import pytest

from collector.agent.platform import Session
from collector.agent.platform import windows as port


def test_structure_has_the_size_that_windows_checks() -> None:
    assert ctypes.sizeof(port.LastInput) == 8


@pytest.mark.parametrize(
    ("now", "last", "idle"),
    [
        (10_000, 4_000, 6.0),
        (4_000, 0xFFFFFFFF - 999, 5.0),  # the ticks ran over in between, after 49.7 days
        (4_000, 4_010, 0.0),  # a key after we looked
        (0, 0, 0.0),
    ],
)
def test_idle_survives_the_overrun_of_ticks(now: int, last: int, idle: float) -> None:
    assert port.idle_seconds(now, last) == idle


@pytest.mark.parametrize(
    ("info", "locked"),
    [
        (struct.pack("<IIIii", 1, 0, 2, 0, 0), True),
        (struct.pack("<IIIii", 1, 0, 2, 0, 1), False),
        (struct.pack("<IIIii", 1, 0, 2, 0, -1), None),  # WTS_SESSIONSTATE_UNKNOWN
        (struct.pack("<IIIii", 2, 0, 2, 0, 0), None),  # a level that we do not know
        (b"\1\0\0\0", None),
    ],
)
def test_lock_is_read_from_the_session_info(info: bytes, locked: bool | None) -> None:
    assert port.is_locked(info) is locked


def test_version_texts_are_looked_for_in_each_language() -> None:
    vietnamese = struct.pack("<HH", 0x042A, 1200)
    assert port.string_blocks(vietnamese + b"\0\0") == ["042a04b0", "040904b0"]
    assert port.string_blocks(b"") == ["040904b0"]


@pytest.mark.parametrize(
    ("console", "own", "user", "locked", "idle", "session"),
    [
        (port.NO_CONSOLE, 0, None, None, 3.0, Session("none")),
        (1, 1, False, None, 3.0, Session("none")),  # the login screen
        (1, 0, True, True, None, Session("locked")),
        (1, 0, True, False, 3.0, Session("unknown")),  # a service: that idle is not the person's
        (1, 1, True, False, 3.0, Session("present", 3.0)),
        (1, 1, None, None, 3.0, Session("present", 3.0)),
        (1, 1, True, False, None, Session("unknown")),
    ],
)
def test_a_session_is_told_only_where_it_is_seen(
    console: int, own: int, user: bool | None, locked: bool | None, idle: float | None, session: Session
) -> None:
    assert port.describe(console, own, has_user=user, locked=locked, idle=lambda: idle) == session
