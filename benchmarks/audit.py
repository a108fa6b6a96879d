"""How long `quannet audit` takes for a day of many PCs, and for those of them whose numbers do not fit.

A real InfluxDB on this machine is filled with the measurement `agent` as agents write it, a message each 30
seconds; each hundredth PC has lost some. The whole province is 16,000 PCs: the time grows with the messages.
.venv/bin/python benchmarks/audit.py [--pcs 400] [--hours 24] [--rounds 3] [--out FILE]
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import psutil
from common.report import head, write

from collector.audit.numbers import Kind
from collector.audit.sweep import audit
from collector.influx import Influx
from collector.lineprotocol import Point, encode
from provisioning.local.influxd import Influxd

RESULT = Path(__file__).parent / "results" / "audit.json"
DAY = 1_772_384_400  # 2026-03-02, midnight in Vietnam
EVERY = 30
PROVINCE = 16_000
AT_ONCE = 20_000  # lines written in one request
FAULTY = 100  # each so many PCs has lost something
LOST = range(700, 720)


def lines(pcs: int, hours: int) -> Iterator[str]:
    """In the order of time, as they come; the fields after `stream` are those that an agent sends."""
    own = {
        "version": "0.1.0",
        "clock": "server",
        "dropped": 0,
        "resent": 0,
        "errors": 0,
        "rss": 25_000_000,
        "cpu": 0.1,
    }
    for n in range(1, hours * 3600 // EVERY + 1):
        for pc in range(pcs):
            if n in LOST and pc % FAULTY == 0:
                continue
            tags = {"venue": f"yb-{pc // 20:04}", "pc": f"{pc % 20:02}", "place": "04273", "class": "game"}
            fields = {
                "n": n,
                "stream": f"{pc:032x}",
                "uptime": n * EVERY,
                "queued": 1,
                "queued_bytes": 612,
                **own,
            }
            yield encode(Point("agent", tags, fields, DAY + (n - 1) * EVERY + pc % EVERY))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pcs", type=int, default=400)
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Influxd(Path(folder) / "influxdb") as server:
        influx = Influx(server.access, timeout=120)
        waiting = lines(options.pcs, options.hours)
        while some := list(islice(waiting, AT_ONCE)):
            influx.write(some)
        database, ours = psutil.Process(server.process.pid), psutil.Process()
        before = ours.memory_info().rss
        seconds = []
        for _ in range(options.rounds):
            started = time.perf_counter()
            found = audit(influx, DAY, DAY + options.hours * 3600)
            seconds.append(time.perf_counter() - started)
        gaps = [finding for finding in found.findings if finding.kind is Kind.GAP]
        assert len(gaps) == len(range(0, options.pcs, FAULTY)), "not each gap was found"
        assert len(gaps) == len(found.findings), "something was found that is not there"
        median = statistics.median(seconds)
        write(
            options.out,
            {
                **head(
                    "a whole province's day is audited in minutes, and only what does not fit is read closely"
                ),
                "pcs": found.pcs,
                "messages": found.messages,
                "pcs_read_closely": len(gaps),
                "seconds": [round(s, 2) for s in seconds],
                "messages_a_second": round(found.messages / median),
                "seconds_for_16000_pcs_and_a_day": round(
                    median * PROVINCE * 86_400 / (options.pcs * options.hours * 3600)
                ),
                "memory_grown_mib": (ours.memory_info().rss - before) // 1024**2,
                "influxd_mib": database.memory_info().rss // 1024**2,
            },
        )
        influx.close()


if __name__ == "__main__":
    main()
