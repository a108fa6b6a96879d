"""All scenarios of the built-in policies on a real InfluxDB, as `quannet rules test` plays them.

.venv/bin/python benchmarks/scenarios.py [--out FILE]
"""

import argparse
import time
from pathlib import Path

from common.report import head, write

from alerts import results
from provisioning import bench, scaffold
from provisioning.rehearsal import rehearse
from provisioning.site import load

RESULT = Path(__file__).parent / "results" / "scenarios.json"
MOST = 30.0  # seconds


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=RESULT)
    args = parser.parse_args()
    site, problems = load(scaffold.EXAMPLE)
    assert site is not None, problems
    began, own = time.monotonic(), time.process_time()
    report = rehearse(site, bench.scenario_folders(scaffold.EXAMPLE))
    seconds = time.monotonic() - began
    cases = list(results.by_case(report.results))
    write(
        args.out,
        head(f"all scenarios are played in less than {MOST:.0f} s, the start of InfluxDB included")
        | {
            "policies": len({policy for policy, _, _ in cases}),
            "cases": len(cases),
            "expectations": len(report.results),
            "passed": report.passed,
            "seconds": round(seconds, 1),
            "own_cpu_s": round(time.process_time() - own, 1),
            "held": report.passed and seconds < MOST,
        },
    )


if __name__ == "__main__":
    main()
