"""The Linux port on this very machine, and on roots that look like other machines."""

import os
import pty
import socket
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.agent import platform
from collector.agent.platform import Executable, Process, Session
from collector.agent.platform.linux import LinuxPlatform, parse_stat
from collector.clock import Instant, SystemClock

NOW = Instant("boot-1", 1000.0, 1_772_463_000.0)
TAIL = "S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 12345 0 0"


def test_this_process_is_seen_with_its_program_and_age() -> None:
    clock, here = SystemClock(), platform.current()
    before = clock.instant()
    child = subprocess.Popen(["sleep", "60"])
    try:
        process = here.processes()[child.pid]
        age = here.age(process, clock.instant())
        # The kernel counts starts in hundredths of a second.
        assert -0.02 <= age <= clock.monotonic() - before.mono + 0.02
        program = here.executable(child.pid, process)
        assert program is not None
        assert (program.name, Path(program.path).name) == ("sleep", Path(os.path.realpath("/bin/sleep")).name)
    finally:
        child.kill()
        child.wait()
    assert child.pid not in here.processes()


def test_a_process_that_is_gone_has_no_long_name_and_no_path() -> None:
    here = LinuxPlatform()
    child = subprocess.Popen(["true"])
    child.wait()
    assert here.executable(child.pid, Process(1.0, "VALORANT-Win64-")) is None
    assert here.executable(child.pid, Process(1.0, "true")) == Executable("true")


def test_disk_is_a_share() -> None:
    assert 0 < LinuxPlatform().disk_share() <= 100


def test_no_program_tells_its_version() -> None:
    assert LinuxPlatform().version("/usr/games/moon-buggy") is None


@pytest.mark.parametrize("name", ["bash", "a b", "a) S 1 (b", "((", "tiếng"])
def test_a_name_may_hold_anything(name: str) -> None:
    assert parse_stat(f"7 ({name}) {TAIL}".encode()) == Process(123.45, name)


@pytest.mark.parametrize(
    "text", ["", "7 (bash", "7 (bash) S 1 2", f"7 (bash) Z{TAIL[1:]}", f"7 (bash) X{TAIL[1:]}"]
)
def test_a_zombie_or_a_torn_line_is_no_process(text: str) -> None:
    assert parse_stat(text.encode()) is None


@given(st.text(st.characters(codec="utf-8", exclude_characters="\n"), min_size=1, max_size=15))
def test_every_name_comes_back(name: str) -> None:
    found = parse_stat(f"7 ({name}) {TAIL}".encode())
    assert found is not None
    assert found.image == name


def port(root: Path, *terminals: str) -> LinuxPlatform:
    return LinuxPlatform(root, lambda: terminals)


def test_nobody_is_told_only_where_logins_are_recorded(tmp_path: Path) -> None:
    assert port(tmp_path).session(NOW) == Session("unknown")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "utmp").touch()
    assert port(tmp_path).session(NOW) == Session("none")
    assert port(tmp_path, "tty1").session(NOW) == Session("unknown")


def test_a_terminal_alone_tells_of_a_person(tmp_path: Path) -> None:
    master, slave = pty.openpty()
    try:
        name = os.ttyname(slave)
        os.utime(name, (NOW.wall - 7, NOW.wall - 7))
        (tmp_path / "dev").mkdir()
        (tmp_path / "dev" / "tty1").symlink_to(name)
        assert port(tmp_path, "tty1").session(NOW) == Session("present", 7.0)
        (tmp_path / "run" / "user" / "1000").mkdir(parents=True)
        (tmp_path / "run" / "user" / "1000" / "wayland-0").touch()
        assert port(tmp_path, "tty1").session(NOW) == Session("unknown", 7.0)
        assert port(tmp_path).session(NOW) == Session("unknown")
    finally:
        os.close(master)
        os.close(slave)


def test_an_x_server_that_does_not_answer_is_out_of_sight(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "utmp").touch()
    sockets = tmp_path / "tmp" / ".X11-unix"
    sockets.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(sockets / "X0"))  # nobody listens
        assert port(tmp_path).session(NOW) == Session("unknown")


def test_this_machine_answers_something() -> None:
    assert LinuxPlatform().session(SystemClock().instant()).state in {"present", "none", "unknown"}
