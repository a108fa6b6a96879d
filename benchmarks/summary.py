"""What a day's summaries cost: points of so many PCs, 30 s apart, in a real InfluxDB 1.x as the site configures it.

nice .venv/bin/python benchmarks/summary.py [--pcs 1000] [--out FILE]
"""

import argparse
import resource
import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import psutil
from common.report import head, write

from collector.databases import SUMMARY_SHARD, Limit, settle
from collector.influx import Access, Influx
from collector.summariser import Summariser
from collector.summary import Due, midnight
from provisioning import site
from provisioning.local.process import Child, free_port, listens
from provisioning.scaffold import EXAMPLE
from provisioning.targets import influxdb

RESULT = Path(__file__).parent / "results" / "summary.json"
DAY = date(2026, 11, 20)
PCS_A_VENUE = 10
# A nightly run: yesterday and at most a whole today afresh, eight days looked at for late messages.
PROVINCE, FRESH, LOOKED_AT = 16_000, 2, 8
LINES = (
    'agent,{0} stream="0123456789abcdef0123456789abcdef",n=1i,queued=0i',
    "games,game=cs2,{0} play=30i,after_hours=0i,processes=1i",
    'session,{0} state="active",idle=1i,active=30i,after_hours=0i',
    "sites,category=none,grade=none,slot=0,{0} lookups=0i,accesses=0i",
)
PRESENCE = 'presence,{0} state="online",cause="seen",online=1i,observed=1i,seen=12i,hours="open"'


def server(folder: Path) -> tuple[Child, Access]:
    found, _ = site.load(EXAMPLE)
    assert found is not None
    port = free_port()
    influx = replace(found.settings.influx, url=f"http://127.0.0.1:{port}")
    text = influxdb.render(replace(found, settings=replace(found.settings, influx=influx)))[influxdb.CONFIG]
    text = text.replace("/var/lib/influxdb", str(folder)).replace(
        "127.0.0.1:8088", f"127.0.0.1:{free_port()}"
    )
    config = folder / "influxdb.conf"
    config.write_text(text, "utf-8")
    child = Child("influxd", ["influxd", "-config", str(config)], folder / "log")
    child.wait_until(lambda: listens(port))
    return child, Access(influx.url, "quannet", api="v1")


def load(influx: Influx, pcs: int) -> int:
    tags = [
        f"class=game,pc={n % PCS_A_VENUE:02},place=04273,venue=yb-{n // PCS_A_VENUE:04}" for n in range(pcs)
    ]
    often = [line.format(tag) for tag in tags for line in LINES]
    seldom = [PRESENCE.format(tag) for tag in tags]
    begin = int(midnight(DAY).timestamp())
    written = 0
    for start in range(begin, begin + 86_400, 120):
        texts = [f"{text} {at}" for at in range(start, start + 120, 30) for text in often]
        texts += [f"{text} {at}" for at in (start, start + 60) for text in seldom]
        influx.write(texts)
        written += len(texts)
    return written


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pcs", type=int, default=1000)
    parser.add_argument("--out", type=Path, default=RESULT)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        child, access = server(Path(folder))
        daily = replace(access, database="quannet-daily")
        settle(daily, Limit(60 * SUMMARY_SHARD, SUMMARY_SHARD))
        with child:
            raw, summaries = Influx(access, timeout=60), Influx(daily, timeout=60)
            raw.create_database()
            began = time.monotonic()
            lines = load(raw, args.pcs)
            loading = time.monotonic() - began
            process = psutil.Process(child.process.pid)
            rounds = []
            for afresh in (True, True, False):
                cpu, own, began = process.cpu_times(), time.process_time(), time.monotonic()
                done = Summariser(raw, summaries).day(Due(DAY, afresh=afresh))
                spent = process.cpu_times()
                rounds.append(
                    {
                        "afresh": afresh,
                        "seconds": round(time.monotonic() - began, 2),
                        "influxd_cpu_s": round(spent.user + spent.system - cpu.user - cpu.system, 2),
                        "own_cpu_s": round(time.process_time() - own, 2),
                    }
                )
                assert done.written == (args.pcs if afresh else 0)
            _, again, looked = (row["seconds"] for row in rounds)
            night = (FRESH * again + LOOKED_AT * looked) * PROVINCE / args.pcs
            report = head("a province's nightly run takes less than half an hour") | {
                "pcs": args.pcs,
                "lines": lines,
                "loading_s": round(loading, 1),
                "rounds": rounds,
                "influxd_rss_mb": process.memory_info().rss // 2**20,
                "own_peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 2**10,
                "province_night_minutes": round(night / 60, 1),
            }
            raw.close()
            summaries.close()
    write(args.out, report)


if __name__ == "__main__":
    main()
