"""Several processes under one, tried with small real ones that speak as ingest does."""

import logging
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from collector.clock import SystemClock
from collector.ingest.workers import Pace, Workers
from collector.supervised import Supervised
from collector.supervisor import Supervisor
from provisioning.local.process import Child

# Works until SIGTERM, then finishes something; its name and process id stand in a file as long as it lives.
GOOD = """
import os, signal, sys, threading
from pathlib import Path
from collector.clock import SystemClock
from collector.supervised import Supervised
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
name, folder = sys.argv[1], Path(sys.argv[2])
child = Supervised.from_environment(SystemClock())
(folder / f"{name}.pid").write_text(str(os.getpid()))
child.ready()
while not stop.wait(0.1):
    child.alive(f"{name} is at work")
(folder / f"{name}.finished").touch()
"""
BAD = "raise SystemExit(7)"
PARENT = """
import os, sys, threading
from collector.clock import SystemClock
from collector.ingest.workers import Workers
from collector.supervised import Supervised
good = "from collector.ingest.workers import die_with\\ndie_with(%d)\\n" % os.getpid() + sys.argv[2]
command = lambda name: [sys.executable, "-c", good, name, sys.argv[1]]
clock = SystemClock()
Workers(["1", "2"], command, clock, Supervised(clock), threading.Event()).run()
"""
PACE = Pace(restart_first=0.1, restart_longest=0.2, steady_after=1.0, give_up=3, fresh=0.8, silent_after=3.2)
WITHIN = 15.0


class Run:
    """Workers in a thread of their own, and what their supervisor hears."""

    def __init__(self, folder: Path, code: dict[str, str]) -> None:
        self.folder = folder
        self.stop = threading.Event()
        self.supervisor = Supervisor()
        self.words = []
        clock = SystemClock()
        self.clock = clock
        self.supervised = Supervised(clock, self.supervisor.address)
        command = lambda name: [sys.executable, "-c", code[name], name, str(folder)]  # noqa: E731
        self.workers = Workers(list(code), command, clock, self.supervised, self.stop, PACE)
        self.well: bool | None = None
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        self.well = self.workers.run()

    def until(self, true) -> None:
        deadline = self.clock.monotonic() + WITHIN
        while not true():
            self.words += self.supervisor.hear(0.05)
            assert self.clock.monotonic() < deadline, self.words

    def ready(self) -> bool:
        return any(word.ready for word in self.words)

    def pid(self, name: str) -> int:
        return int((self.folder / f"{name}.pid").read_text() or 0)

    def end(self) -> bool | None:
        self.stop.set()
        self.thread.join(WITHIN)
        self.supervisor.close()
        self.supervised.close()
        return self.well


@pytest.fixture
def start(tmp_path):
    runs = []

    def make(**code: str) -> Run:
        runs.append(Run(tmp_path, code))
        return runs[-1]

    yield make
    for run in runs:
        run.end()


def alive(pid: int) -> bool:
    """Whether a process does its work: one that has ended and is not yet asked after does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_it_is_ready_when_all_are_and_says_how_they_do(start):
    run = start(a=GOOD, b=GOOD)
    run.until(run.ready)
    run.until(lambda: any("b: b is at work" in (word.status or "") for word in run.words))
    assert "2 of 2 workers, 0 restarts; a: a is at work" in run.words[-1].status
    assert run.end() is True


def test_it_is_not_ready_while_one_is_not(start):
    run = start(a=GOOD, b="import time; time.sleep(60)")
    run.until(lambda: any("1 of 2 workers" in (word.status or "") for word in run.words))
    assert not run.ready()


def test_one_that_is_killed_is_started_again_which_is_said_once_and_counted(start, caplog):
    caplog.set_level(logging.INFO)
    run = start(a=GOOD, b=GOOD)
    run.until(run.ready)
    for _ in range(2):
        first = run.pid("a")
        os.kill(first, signal.SIGKILL)
        run.until(lambda first=first: run.pid("a") not in {first, 0})
    run.until(lambda: any("2 of 2 workers, 2 restarts" in (word.status or "") for word in run.words))
    run.until(lambda: "works again" in caplog.text)
    said = [r for r in caplog.records if "is started again" in r.message]
    assert [(r.message, r.worker) for r in said] == [("ended with -9, and is started again", "a")]
    assert run.end() is True


def test_nobody_vouches_for_one_that_hangs_and_it_is_replaced(start):
    run = start(a=GOOD, b=GOOD)
    run.until(run.ready)
    hung, since = run.pid("b"), run.clock.monotonic()
    os.kill(hung, signal.SIGSTOP)
    told = []
    while run.workers.restarts == 0:
        told += [run.clock.monotonic() for word in run.supervisor.hear(0.1) if word.alive]
        assert run.clock.monotonic() - since < WITHIN
    assert run.clock.monotonic() - since > PACE.silent_after - 1.5  # its last sign was a little before
    # The last word may be the first that vouches again, since the hung one is gone.
    assert not [at for at in told if PACE.fresh + 1.0 < at - since < PACE.silent_after - 0.5]
    assert told
    run.until(lambda: run.pid("b") not in {hung, 0})
    assert not alive(hung)
    assert alive(run.pid("a"))
    assert run.end() is True


def test_at_the_end_each_finishes_what_it_has_in_hand(start, tmp_path):
    run = start(a=GOOD, b=GOOD)
    run.until(run.ready)
    assert run.end() is True
    assert sorted(path.name for path in tmp_path.glob("*.finished")) == ["a.finished", "b.finished"]


def test_where_one_cannot_live_the_others_are_ended_and_it_is_said(start, caplog):
    run = start(a=GOOD, b=BAD)
    run.thread.join(WITHIN)
    assert run.well is False
    assert not alive(run.pid("a"))
    said = [r.message for r in caplog.records]
    assert said == ["ended with 7, and is started again", "given up: a worker ends again and again"]


def test_none_survives_a_parent_that_is_killed(tmp_path):
    command = [sys.executable, "-c", PARENT, str(tmp_path), GOOD]
    with Child("parent", command, tmp_path / "log") as parent:
        files = [tmp_path / "1.pid", tmp_path / "2.pid"]
        parent.wait_until(lambda: all(file.exists() and file.read_text() for file in files))
        pids = [int(file.read_text()) for file in files]
        assert all(map(alive, pids))
        parent.kill()
        clock = SystemClock()
        deadline = clock.monotonic() + WITHIN
        while any(map(alive, pids)):
            assert clock.monotonic() < deadline
            subprocess.run(["true"], check=True)
