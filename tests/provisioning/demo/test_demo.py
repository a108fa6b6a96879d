"""The demo as a person runs it: everything happens, it judges itself, and nothing of it is left behind."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from provisioning.local.process import Child

MARK = "quannet-demo-"


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The command; its temporary folder lies where no other demo's does."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    yield [sys.executable, "-m", "cli", "demo"]
    assert list(tmp_path.glob(MARK + "*")) == []
    assert left(tmp_path) == []


def left(folder: Path) -> list[str]:
    """Processes that still run on something in a folder."""
    found = []
    for process in psutil.process_iter():
        try:
            words = process.cmdline()
        except psutil.Error:
            continue
        if any(str(folder / MARK) in word for word in words):
            found.append(" ".join(words))
    return found


@pytest.mark.timeout(240)
def test_it_keeps_what_it_promises(demo):
    result = subprocess.run([*demo, "--for", "60"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    lines = result.stdout.splitlines()
    assert lines[-1] == "everything was as promised"
    for beginning in (
        "boards with live data: http://127.0.0.1:",
        "this PC (yb-0031/01) played moon-buggy",
        "mail to",
    ):
        assert any(line.startswith(beginning) for line in lines), beginning
    assert any(line.startswith("violation: after-hours-agent at yb-0031") for line in lines)
    assert "presence: 120 of 120 registered PCs online" in lines


def test_ctrl_c_ends_it_in_order(demo, tmp_path):
    child = Child("demo", [*demo, "--language", "en"], tmp_path / "log")
    child.wait_until(lambda: "boards with live data" in child.tail())
    child.process.send_signal(signal.SIGINT)
    assert child.process.wait(60) == 0
    assert "stopping" in child.tail()
    assert "Traceback" not in child.tail()
