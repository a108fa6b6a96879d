"""The live comparison in its short form: what was raised is raised again, begun and ended at the same evaluation."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "live.py"


def test_a_backtest_raises_what_was_raised_live(tmp_path):
    words = ["--seconds", "45", "--speed", "20", "--out", str(tmp_path / "report.json")]
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *words], capture_output=True, text=True, timeout=110, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert report["differences"] == []
    assert report["evaluations"] >= 4
    assert report["violations_live"] == report["violations_backtest"]
    assert "after-hours-agent" in report["by_policy"]
