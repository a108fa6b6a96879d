"""The province's benchmark in its short form: every message is acknowledged and stored, and each figure is there."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "province.py"


def test_a_small_province_loses_nothing_and_is_measured_throughout(tmp_path):
    words = ["--pcs", "150", "--seconds", "3", "--every", "2", "--out", str(tmp_path / "report.json")]
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *words], capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert report["smaller"] == []
    province, hour = report["province"], report["hour"]
    for run in (province, hour):
        assert run["pcs"] == 150
        assert run["lost"] == 0
        assert run["numbered"] == run["acknowledged"] == run["stored"]
        assert run["processes"].keys() == {"ingest", "mosquitto", "influxd", "simulators"}
        assert all(usage["rss_mib_median"] > 5 for usage in run["processes"].values())
        assert run["ingest_cpu_us_a_message"] > 10
        assert 0 < run["live"]["p50_s"] <= run["live"]["p99_s"] <= run["live"]["most_s"]
    assert province["live"]["messages"] >= 150
    assert hour["numbered"] >= 150 * 120
    assert hour["backlog"]["messages"] >= 150 * 119
    assert hour["drained_after_s"] > 0
