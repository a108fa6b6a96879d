"""The generated unit of ingest under a real systemd: started when it serves, ended when it hangs, stopped in order.

The manager is a user's, in a mount namespace and a control group of its own: nothing of this machine is touched.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import pytest

from provisioning.local.process import Child
from provisioning.local.stack import Stack
from provisioning.targets import systemd

MANAGER = Path("/lib/systemd/systemd")
GROUPS = Path("/sys/fs/cgroup")
UNIT = "quannet-ingest.service"
WITHIN = 20.0

# A user's manager refuses to run where systemd has not started the machine.
BEGIN = """
for group in "$@"; do echo $$ > "$group/cgroup.procs"; done
mkdir -p /run/systemd && mount -t tmpfs tmpfs /run/systemd && mkdir /run/systemd/system
exec /lib/systemd/systemd --user --unit=test.target
"""
TARGET = "[Unit]\nDescription=nothing to start\nDefaultDependencies=no\n"
# What a user's manager may not do, and what would hide the test's own files; the filter of system calls stays.
LEFT_OUT = re.compile(r"^(User|Group|State|Working|Private|Protect|ProcSubset)[A-Za-z]*=.*\n", re.MULTILINE)
# What the test cannot wait for.
SHORTER = "[Service]\nWatchdogSec=3\nTimeoutAbortSec=1\nRestartSec=200ms\n"


class Manager(Child):
    """A systemd of the test's own; `folder` holds its units and its sockets."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "units").mkdir()
        for name in ("test", "basic", "shutdown"):
            (folder / "units" / f"{name}.target").write_text(TARGET)
        self.groups = [path / f"quannet-{folder.name}" for path in _hierarchies()]
        for group in self.groups:
            group.mkdir()
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "SYSTEMD_UNIT_PATH": str(folder / "units"),
        }
        words = [f"{name}={value}" for name, value in self.environment.items()]
        command = [
            "unshare",
            "--mount",
            "env",
            "-i",
            *words,
            "bash",
            "-c",
            BEGIN,
            "begin",
            *map(str, self.groups),
        ]
        super().__init__("systemd", command, folder / "log")
        self.wait_until(lambda: self.ask("is-active", "test.target") == "active")

    def ask(self, *words: str) -> str:
        return subprocess.run(
            ["systemctl", "--user", *words], env=self.environment, capture_output=True, text=True, check=False
        ).stdout.strip()

    def show(self) -> dict[str, str]:
        """An empty property is left out."""
        lines = self.ask("show", UNIT).splitlines()
        return defaultdict(str, (line.split("=", 1) for line in lines if "=" in line))

    def close(self) -> None:
        self.ask("stop", UNIT)
        self.process.send_signal(signal.SIGRTMIN + 24)  # end at once: there is no exit.target here
        self.process.wait(WITHIN)
        for group in self.groups:
            for path in sorted(group.rglob("*"), reverse=True):
                if path.is_dir():
                    path.rmdir()
            group.rmdir()


def _hierarchies() -> list[Path]:
    """Where systemd keeps its groups: in the one of version 2, or in its own beside those of version 1."""
    if (GROUPS / "cgroup.procs").exists():
        return [GROUPS]
    return [path for path in (GROUPS / "systemd", GROUPS / "unified") if (path / "cgroup.procs").exists()]


def _possible() -> bool:
    return (
        os.geteuid() == 0
        and MANAGER.exists()
        and bool(_hierarchies())
        and all(os.access(path, os.W_OK) for path in _hierarchies())
        and shutil.which("unshare") is not None
        and subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode == 0
    )


@pytest.fixture
def stack(tmp_path):
    with Stack(tmp_path / "stack", {"ingest": {"workers": 2}}) as made:
        yield made


@pytest.fixture
def manager(stack):
    folder = Path(tempfile.mkdtemp(prefix="qn-"))  # a socket's path may have 107 bytes
    program = f"{sys.executable} -P -m cli"
    text = systemd.render(stack.site)[f"systemd/{UNIT}"]
    text = LEFT_OUT.sub("", text.replace(stack.site.settings.program, program))
    text = re.sub(r"(ExecStart=.*)", rf"\1 --state {stack.folder / 'state'}", text)
    made = Manager(folder)
    (folder / "units" / UNIT).write_text(text)
    (folder / "units" / f"{UNIT}.d").mkdir()
    (folder / "units" / f"{UNIT}.d" / "shorter.conf").write_text(SHORTER)
    made.ask("daemon-reload")
    yield made
    made.close()
    shutil.rmtree(folder)


@pytest.mark.skipif(not _possible(), reason="a systemd of one's own needs root, systemd and control groups")
def test_it_is_started_when_it_serves_ended_when_it_hangs_and_stopped_in_order(stack, manager):
    stack.mosquitto.kill()
    manager.ask("start", "--no-block", UNIT)
    manager.wait_until(lambda: "0 of 2 workers" in manager.show()["StatusText"], WITHIN)
    assert manager.show()["ActiveState"] == "activating"

    stack.mosquitto.restart()
    manager.wait_until(lambda: manager.show()["ActiveState"] == "active", WITHIN)
    manager.wait_until(lambda: "2 of 2 workers, 0 restarts" in manager.show()["StatusText"], WITHIN)

    hung = manager.show()["MainPID"]
    os.kill(int(hung), signal.SIGSTOP)
    manager.wait_until(lambda: manager.show()["NRestarts"] == "1", WITHIN)
    manager.wait_until(lambda: manager.show()["ActiveState"] == "active", WITHIN)
    assert manager.show()["MainPID"] not in {hung, "0"}

    manager.ask("stop", UNIT)
    ended = manager.show()
    assert (ended["ActiveState"], ended["Result"], ended["ExecMainStatus"]) == ("inactive", "success", "0")
