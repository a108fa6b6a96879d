"""What never leaves a PC: names that are not listed, in whatever the agent would send, keep or say."""

import json
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

MARK = "rieng"  # stands in each of the names, and nowhere else
NAMES = [f"{MARK}{n}.thuong.test" for n in range(500)]

SETTINGS = """
venue = "yb-0012"
pc = "07"
interval = 1
[sites]
list = "{the_list}"
[broker]
host = "10.99.0.1"
password_file = "password"
[spool]
folder = "state"
"""


def lines(state: Path) -> list[str]:
    """All that the spool holds, which is all that would be sent."""
    spool = sqlite3.connect(f"file:{state / 'spool-1.sqlite'}?mode=ro", uri=True)
    try:
        return [line for (text,) in spool.execute("SELECT lines FROM message") for line in text.splitlines()]
    finally:
        spool.close()


def test_of_500_unlisted_names_none_leaves_the_pc(bed: Any, the_list: Path, tmp_path: Path) -> None:
    """The whole agent runs, all its sensors look; the names are asked for and visited, a listed one too."""
    (tmp_path / "password").write_text("x")
    (tmp_path / "password").chmod(0o600)
    (tmp_path / "agent.toml").write_text(SETTINGS.format(the_list=the_list))
    command = [sys.executable, "-m", "collector.agent", "--config", str(tmp_path / "agent.toml"), "run"]
    with (tmp_path / "log").open("wb") as log:
        agent = subprocess.Popen(["ip", "netns", "exec", "quannet-pc", *command], stderr=log)
        try:
            samples(tmp_path / "state", 2)
            visit(bed, tmp_path / "names.txt")
            samples(tmp_path / "state", 3)
        finally:
            agent.terminate()
            agent.wait(10)
    sent = lines(tmp_path / "state")
    assert any('domain="bongda.test"' in line and "accesses=1i" in line for line in sent)
    assert {line.split(",")[0].split(" ")[0] for line in sent} >= {"agent", "blind", "games", "host", "sites"}
    assert not [line for line in sent if MARK in line or "thuong" in line or "www" in line]
    kept = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    for path in [*kept, tmp_path / "log"]:
        assert MARK.encode() not in path.read_bytes(), path


def visit(bed: Any, names: Path) -> None:
    names.write_text("".join(f"{name} A\n{name} AAAA\n" for name in NAMES))
    bed.run("dnsperf", "-s", "10.99.0.1", "-d", str(names), "-n", "1", "-Q", "1000", "-c", "1")
    for name in NAMES[:20]:
        bed.curl(f"https://{name}/", "-k")
    bed.curl("https://www.bongda.test/", "-k")


def numbered(state: Path) -> int:
    """Messages that the running agent has made; its spool is its own as long as it runs."""
    try:
        return int(json.loads((state / "status.json").read_text("utf-8"))["numbered"])
    except FileNotFoundError:
        return 0


def samples(state: Path, count: int) -> None:
    """Wait for so many more."""
    wanted, end = numbered(state) + count, time.monotonic() + 15
    while numbered(state) < wanted:
        assert time.monotonic() < end, "the agent makes no messages"
        time.sleep(0.1)
