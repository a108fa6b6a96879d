"""A list of 2,194,726 names: compiling it, and looking names up, beside a Python set and SQLite.

.venv/bin/python benchmarks/blocklist.py [--names 2194726] [--lookups 100000] [--rounds 5] [--out FILE]

Each part is a process of its own. `resident` is what the process has more of after opening and 100,000
lookups than before: the kernel's RssAnon (memory of its own) and RssFile (pages of the mapped file or of
SQLite's, which other processes and the page cache share). All three answer the same question: the longest
listed suffix of a name, all suffixes of at least two labels tried. Half of the names are listed.
"""

import argparse
import gc
import json
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from common.report import head, write

from collector.agent.blocklist import List

RESULT = Path(__file__).parent / "results" / "blocklist.json"
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
TOPS = (".com", ".net", ".vn", ".xyz", ".com.vn", ".top", ".club", ".bet")
LIMITS = {"compile_s": 60.0, "compile_peak_mib": 400.0, "resident_mib": 20.0, "lookup_us": 10.0}


def make_names(size: int) -> Iterator[str]:
    """So many different names from a seed, a quarter of them below another label."""
    walk = random.Random(4)
    seen: set[str] = set()
    while len(seen) < size:
        name = "".join(walk.choices(LETTERS, k=walk.randint(4, 16))) + walk.choice(TOPS)
        if walk.random() < 0.25:
            name = "".join(walk.choices(LETTERS, k=walk.randint(1, 8))) + "." + name
        if name not in seen:
            seen.add(name)
            yield name


def make_input(folder: Path, size: int, lookups: int) -> None:
    """The list, and the names that will be looked up: one or two labels longer, half of them listed."""
    walk = random.Random(5)
    names = list(make_names(size))
    with (folder / "names").open("w", encoding="ascii") as file:
        file.write(f"# Number of entries: {size}\n")
        file.writelines(f"{name}\n" for name in names)
    asked = [
        f"{walk.choice(('www.', 'm.', 'cdn.img.', ''))}{'' if i % 2 else 'un-'}{name}"
        for i, name in enumerate(walk.sample(names, min(lookups, size)))
    ]
    (folder / "asked").write_text("\n".join(asked), "ascii")
    with sqlite3.connect(folder / "names.sqlite") as base:
        base.execute("CREATE TABLE name (name TEXT PRIMARY KEY) WITHOUT ROWID")
        base.executemany("INSERT INTO name VALUES (?)", ((name,) for name in names))
    base.close()


def suffixes(name: str) -> Iterator[str]:
    while "." in name:
        yield name
        name = name.partition(".")[2]


def memory() -> dict[str, float]:
    """MiB by kind, from the kernel."""
    text = Path("/proc/self/status").read_text("ascii")
    return {
        line.split(":")[0]: int(line.split()[1]) / 1024 for line in text.splitlines() if line[:3] == "Rss"
    }


def compile_part(folder: Path) -> dict[str, object]:
    from provisioning.blocklists.build import build
    from provisioning.blocklists.source import Source

    started = time.perf_counter()
    report = build([Source("big", folder / "names", "gambling")], folder / "list")
    taken = time.perf_counter() - started
    assert report.compiled is not None
    assert not report.problems
    return {
        "compile_s": round(taken, 2),
        "compile_peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "file_bytes": report.compiled.size,
        "domains": sum(report.compiled.header.domains),
    }


def ours(folder: Path) -> Callable[[str], object]:
    return List.open(folder / "list").match


def python_set(folder: Path) -> Callable[[str], object]:
    with (folder / "names").open(encoding="ascii") as file:
        names = {line.rstrip() for line in file}
    return lambda name: next((s for s in suffixes(name) if s in names), None)


def sqlite(folder: Path) -> Callable[[str], object]:
    base = sqlite3.connect(folder / "names.sqlite")
    query = "SELECT 1 FROM name WHERE name = ?"
    return lambda name: next((s for s in suffixes(name) if base.execute(query, (s,)).fetchone()), None)


WAYS: dict[str, Callable[[Path], Callable[[str], object]]] = {
    "ours": ours,
    "set": python_set,
    "sqlite": sqlite,
}


def lookup_part(folder: Path, way: str) -> dict[str, object]:
    asked = (folder / "asked").read_text("ascii").split("\n")
    gc.collect()
    before = memory()
    match = WAYS[way](folder)
    started = time.perf_counter()
    hits = 0
    for name in asked:
        if match(name) is not None:
            hits += 1
    taken = time.perf_counter() - started
    after = memory()
    return {
        "lookup_us": round(taken / len(asked) * 1e6, 2),
        "hits": hits,
        "anon_mib": round(after["RssAnon"] - before["RssAnon"], 1),
        "file_mib": round(after["RssFile"] - before["RssFile"], 1),
    }


def child(*arguments: str) -> dict[str, float]:
    output = subprocess.run(
        [sys.executable, __file__, *arguments], check=True, capture_output=True, text=True
    )
    return json.loads(output.stdout)


def measure(folder: Path, rounds: int) -> dict[str, object]:
    """Rounds are interleaved, so that what else the machine does falls on all alike."""
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in ("compile", *WAYS)}
    for _ in range(rounds):
        runs["compile"].append(child("--part", "compile", "--folder", str(folder)))
        for path in folder.glob("list*"):
            if path.is_dir():
                (path / "big").unlink()  # the next round compiles as if for the first time
        for way in WAYS:
            runs[way].append(child("--part", way, "--folder", str(folder)))
    return {
        name: {key: statistics.median(run[key] for run in found) for key in found[0]}
        for name, found in runs.items()
    }


def report(options: argparse.Namespace) -> dict[str, object]:

    with tempfile.TemporaryDirectory() as name:
        make_input(Path(name), options.names, options.lookups)
        found = measure(Path(name), options.rounds)
    ours_, compiled = found["ours"], found["compile"]
    resident = {way: found[way]["anon_mib"] + found[way]["file_mib"] for way in WAYS}
    measured = {
        "compile_s": compiled["compile_s"],
        "compile_peak_mib": compiled["compile_peak_mib"],
        "resident_mib": round(resident["ours"], 1),
        "lookup_us": ours_["lookup_us"],
    }
    return {
        **head("a province's largest list costs a PC at most 20 MiB and 10 µs a lookup with all suffixes"),
        "sqlite": sqlite3.sqlite_version,
        "names": options.names,
        "rounds": options.rounds,
        "median": found,
        "measured": measured,
        "limits": LIMITS,
        "within_limits": all(measured[key] <= LIMITS[key] for key in LIMITS),
        "set_to_ours": {
            "resident": round(resident["set"] / resident["ours"], 1),
            "lookup": round(found["set"]["lookup_us"] / ours_["lookup_us"], 2),
        },
        "sqlite_to_ours": {
            "resident": round(resident["sqlite"] / resident["ours"], 1),
            "lookup": round(found["sqlite"]["lookup_us"] / ours_["lookup_us"], 2),
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=int, default=2_194_726)
    parser.add_argument("--lookups", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=RESULT)
    parser.add_argument("--part", choices=["compile", *WAYS], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        part = (
            compile_part(options.folder)
            if options.part == "compile"
            else lookup_part(options.folder, options.part)
        )
        print(json.dumps(part))
        return
    write(options.out, report(options))


if __name__ == "__main__":
    main()
