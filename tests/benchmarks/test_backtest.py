"""The backtest's benchmark in its short form: every rule is judged, and what the data hold is found."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "backtest.py"


def test_a_small_province_is_judged_for_a_day(tmp_path):
    words = ["--pcs", "320", "--days", "1", "--out", str(tmp_path / "report.json")]
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *words], capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert report["faults"] == {}
    assert report["evaluations"] == report["rules"] * 1440
    assert report["points"]["venue"] == 20 * 1440
    assert report["backtest_s"] > 0
    found = report["episodes"]
    assert {"after-hours-game", "certificate-missing", "low-coverage", "prohibited-site"} <= found.keys()
