"""A million payloads from a seed through ingest's pipeline, and a run of atheris that looks for new paths in it.

Nothing may raise; what was received must be dead or stored; each line for the database passes a grammar of its
own (benchmarks/common/judge.py); memory may not grow. A payload that breaks this is printed as hex and can be
tried again with --hex.
.venv/bin/python benchmarks/fuzz.py [--payloads 1000000] [--seed 20260302] [--guided 300000] [--hex TEXT] [--out FILE]
"""

import argparse
import random
import re
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path
from typing import Any

import psutil
from common.judge import Judge
from common.payloads import NOW, Payloads, roster
from common.report import head, write

from collector import wire

RESULT = Path(__file__).parent / "results" / "fuzz.json"
WARM = 0.2  # share of the payloads after which memory is looked at for the first time
GROWTH = 8 * 1024 * 1024  # bytes that it may grow from then on
PACKED = b"\0"  # an input of atheris that begins so is compressed before it is tried
TOPIC = wire.topic("yb-0012", "07", "data")


def million(count: int, seed: int) -> dict[str, Any]:
    """From the seed, and what became of them."""
    judge, payloads = Judge(roster(), NOW), Payloads(random.Random(seed))
    process = psutil.Process()
    started = time.perf_counter()
    warm = 0
    for number in range(count):
        topic, payload = payloads()
        try:
            judge(topic, payload)
        except Exception:
            print(f"payload {number} on {topic!r}: {payload.hex()}", file=sys.stderr)
            raise
        if number == int(count * WARM):
            warm = process.memory_info().rss
    judge.finish()
    grown = process.memory_info().rss - warm
    if grown > GROWTH:
        raise AssertionError(f"memory grew by {grown} bytes")
    ledger = judge.ledger
    return {
        "payloads": judge.payloads,
        "seed": seed,
        "seconds": round(time.perf_counter() - started, 1),
        "exceptions": 0,
        "messages": {
            "received": ledger.received,
            "stored": ledger.stored,
            "dead": ledger.dead,
            "shed": ledger.shed,
            "balanced": ledger.balanced,
        },
        "lines_for_the_database": judge.lines,
        "told_as_late": judge.late,
        "refusals_answered": judge.answers,
        "refused": dict(sorted(judge.reasons.items())),
        "memory_grown_kib": grown // 1024,
    }


def guided(runs: int, seed: int) -> dict[str, Any]:
    """A process of its own: libFuzzer ends the one that it runs in."""
    with tempfile.TemporaryDirectory() as folder:
        begin(Path(folder), seed)
        command = [
            sys.executable,
            __file__,
            "--as-atheris",
            folder,
            f"-runs={runs}",
            f"-seed={seed}",
            f"-artifact_prefix={folder}/",
            "-print_final_stats=1",
        ]
        started = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        kept = len(list(Path(folder).iterdir()))
    if done.returncode:  # what broke it stands in the output, as Base64
        raise AssertionError(
            f"atheris ended with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-6000:]}"
        )
    paths = [int(n) for n in re.findall(r"cov: ([0-9]+)", done.stderr)]
    executed = int(re.findall(r"stat::number_of_executed_units: *([0-9]+)", done.stderr)[0])
    return {
        "runs": executed,
        "seed": seed,
        "seconds": round(time.perf_counter() - started, 1),
        "exceptions": 0,
        "paths_at_first": paths[0],
        "paths_at_the_end": paths[-1],
        "inputs_kept": kept,
    }


def begin(folder: Path, seed: int) -> None:
    """Inputs to start from: what agents send, plain and packed."""
    payloads = Payloads(random.Random(seed))
    for number in range(100):
        packed = PACKED if number % 2 else b""
        (folder / f"seed-{number:03}").write_bytes(packed + payloads()[1][:4000])


def as_atheris(arguments: list[str]) -> None:
    import atheris

    with atheris.instrument_imports(
        include=["collector.wire", "collector.lineprotocol", "collector.ingest.pipeline"]
    ):
        for name in [n for n in sys.modules if n.startswith(("collector", "common"))]:
            del sys.modules[name]  # they were imported without
        from common.judge import Judge
        from common.payloads import NOW, roster

        judge = Judge(roster(), NOW)

    def one(data: bytes) -> None:
        # Packed here: no change of single bytes would get through zlib's checksum.
        judge(TOPIC, zlib.compress(data[1:]) if data[:1] == PACKED else data)

    atheris.Setup([sys.argv[0], *arguments], one)
    atheris.Fuzz()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--payloads", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=20_260_302)
    parser.add_argument("--guided", type=int, default=300_000, help="runs of atheris; 0 leaves it out")
    parser.add_argument("--hex", help="this payload alone")
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args()
    if options.hex is not None:
        print(Judge(roster(), NOW)(TOPIC, bytes.fromhex(options.hex)))
        return
    report: dict[str, Any] = head("whatever a payload holds, ingest neither fails nor leaks nor miscounts")
    report["from_a_seed"] = million(options.payloads, options.seed)
    if options.guided:
        report["guided_by_coverage"] = guided(options.guided, options.seed)
    write(options.out, report)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--as-atheris"]:
        as_atheris(sys.argv[2:])
    else:
        main()
