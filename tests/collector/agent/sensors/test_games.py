"""Games by real processes: started, hidden, vanishing, turned into; and the arithmetic of play."""

import math
import os
import pty
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.agent import catalogue, config
from collector.agent.game import Catalogue
from collector.agent.platform import Executable, Process
from collector.agent.platform.linux import LinuxPlatform
from collector.agent.sensors.games import GamesSensor, Life, points
from collector.clock import Instant, SystemClock

GAMES = catalogue.load(config.CATALOGUE)[0]
assert GAMES is not None
NAMESAKE = """id,title,publisher,category,exe,path_hint,company,product,launcher,also_is,source
thing,A thing,,game,thing,/games/,,,,a tool,this test
"""


def sensor(games: Catalogue = GAMES, platform: LinuxPlatform | None = None) -> GamesSensor:
    return GamesSensor(platform or LinuxPlatform(), games, 30.0)


def seen(sensor: GamesSensor, now: Instant) -> dict[str, tuple[int, int]]:
    found = {
        point.tags["game"]: (point.fields["play"], point.fields["processes"]) for point in sensor.sample(now)
    }
    found.pop("none", None)
    return found


def later(now: Instant, seconds: float) -> Instant:
    return Instant(now.boot, now.mono + seconds, now.wall + seconds)


@contextmanager
def running(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen(command, stdin=subprocess.PIPE)
    try:
        yield child
    finally:
        child.kill()
        child.wait()
        child.stdin.close()


@pytest.fixture
def cs2(tmp_path: Path) -> Path:
    """A harmless program with a game's name, in the game's folder."""
    program = tmp_path / "win64" / "cs2.exe"
    program.parent.mkdir()
    shutil.copy(shutil.which("sleep"), program)
    return program


def until(ready: Callable[[], bool]) -> None:
    """A child needs a moment between fork and exec, and for its end."""
    clock = SystemClock()
    start = clock.monotonic()
    while not ready():
        assert clock.monotonic() - start < 10, "it does not happen"


def image(child: subprocess.Popen[bytes]) -> str:
    return Path(f"/proc/{child.pid}/comm").read_text().strip()


def test_a_real_process_of_a_game_is_seen_from_start_to_end(cs2: Path) -> None:
    games, clock = sensor(), SystemClock()
    assert "counter-strike-2" not in seen(games, clock.instant())
    with running([str(cs2), "60"]):
        first = seen(games, clock.instant())["counter-strike-2"]
        assert first[0] <= 1
        assert first[1] == 1
        assert seen(games, later(clock.instant(), 30))["counter-strike-2"] == (pytest.approx(30, abs=1), 1)
    assert "counter-strike-2" not in seen(games, later(clock.instant(), 60))


def test_a_real_game_on_a_terminal_is_seen() -> None:
    program = Path("/usr/games/ninvaders")
    if not program.exists():
        pytest.skip("ninvaders is not installed")
    pid, master = pty.fork()
    if pid == 0:
        os.execve(program, [str(program)], {"TERM": "xterm", "LINES": "24", "COLUMNS": "80"})
    try:
        clock, games = SystemClock(), sensor()
        until(lambda: "ninvaders" in seen(games, clock.instant()))
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(master)


def test_a_shell_that_becomes_a_game_is_noticed(cs2: Path) -> None:
    games, clock = sensor(), SystemClock()
    with running(["sh", "-c", f"read line; exec {cs2} 60"]) as child:
        until(lambda: image(child) == "sh")
        assert "counter-strike-2" not in seen(games, clock.instant())  # somebody may play here meanwhile
        child.stdin.write(b"\n")
        child.stdin.flush()
        until(lambda: image(child) == "cs2.exe")
        now = later(clock.instant(), 30)
        assert seen(games, now)["counter-strike-2"] == (0, 1)
        assert seen(games, later(now, 30))["counter-strike-2"] == (30, 1)


class KillingPlatform(LinuxPlatform):
    """Between the list and the question, one of the processes ends."""

    child: subprocess.Popen[bytes]

    def processes(self) -> dict[int, Process]:
        found = super().processes()
        self.child.kill()
        self.child.wait()
        return found


def test_a_process_may_vanish_before_it_is_asked(tmp_path: Path) -> None:
    program = tmp_path / "VALORANT-Win64-Shipping.exe"  # so long that its name must be asked for
    shutil.copy(shutil.which("sleep"), program)
    platform = KillingPlatform()
    with running([str(program), "60"]) as child:
        until(lambda: image(child) == "VALORANT-Win64-")
        platform.child = child
        assert child.pid in LinuxPlatform().processes()
        assert "valorant" not in seen(sensor(platform=platform), SystemClock().instant())


def test_another_users_folder_is_hidden_and_proves_nothing(cs2: Path, tmp_path: Path) -> None:
    """Run as nobody: the name of root's process is seen, its folder is not, and a namesake stays unaccused."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    plain = tmp_path / "bastet"
    thing = tmp_path / "games" / "thing"
    thing.parent.mkdir()
    for program in (plain, thing):
        shutil.copy(shutil.which("sleep"), program)
    games = catalogue.loads(NAMESAKE + "bastet,Bastet,,game,bastet,,,,,,this test\n", "test.csv")[0]
    now = SystemClock().instant()
    with running([str(plain), "60"]) as one, running([str(thing), "60"]) as two:
        until(lambda: (image(one), image(two)) == ("bastet", "thing"))
        assert sorted(seen(sensor(games), now)) == ["bastet", "thing"]
        assert as_nobody(lambda: seen(sensor(games), now)) == ["bastet"]


def as_nobody(look: Callable[[], Mapping[str, object]]) -> list[str]:
    """What a child of ours sees after it gave up being root."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            os.write(write, " ".join(sorted(look())).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(write)
    with os.fdopen(read) as answers:
        text = answers.read()
    assert os.waitpid(pid, 0)[1] == 0
    return text.split()


class CountingPlatform(LinuxPlatform):
    """Counts its questions."""

    asked = 0

    def executable(self, pid: int, process: Process) -> Executable | None:
        self.asked += 1
        return super().executable(pid, process)


def test_a_program_is_asked_for_once_in_its_life() -> None:
    platform, clock = CountingPlatform(), SystemClock()
    games = sensor(platform=platform)
    games.sample(clock.instant())
    first = platform.asked
    with running(["sleep", "60"]) as child:
        until(lambda: image(child) == "sleep")
        games.sample(clock.instant())
        # What else starts on this machine meanwhile is asked for as well.
        assert platform.asked < first + 20
        assert child.pid in games._lives


@given(st.lists(st.floats(0.5, 90), min_size=1, max_size=20), st.floats(0, 1e7))
def test_no_second_is_lost_or_won_over_many_samples(steps: list[float], start: float) -> None:
    """The sum of play is the whole time, to the second, however the samples fall."""
    life = Life(Process(0.0), "bastet", 0.0)
    now, total = start, 0
    for step in steps:
        (point,) = points([life], now, now + step)
        now += step
        total += point.fields["play"]
    assert total == math.floor(now) - math.floor(start)


@given(
    st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.floats(-1e6, 2e6)), max_size=8),
    st.floats(0, 120),
)
def test_play_is_within_the_interval(lives: list[tuple[str | None, float]], length: float) -> None:
    found = points([Life(Process(s), game, s) for game, s in lives], 1000.0, 1000.0 + length)
    assert [p.tags["game"] for p in found] == sorted({g for g, _ in lives if g} or {"none"})
    assert all(0 <= p.fields["play"] <= math.ceil(length) for p in found)
    assert sum(p.fields["processes"] for p in found) == sum(g is not None for g, _ in lives)
