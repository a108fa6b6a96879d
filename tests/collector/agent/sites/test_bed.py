"""On real parts: what a PC asks of a real resolver, and reaches on a real server, is seen as it is."""

import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from collector.lineprotocol import Point

RESOLVER, RESOLVER6 = "10.99.0.1", "fd99::1"


def total(points: list[Point], domain: str) -> tuple[int, int]:
    """Lookups and accesses of a domain."""
    mine = [point.fields for point in points if point.fields["domain"] == domain]
    return sum(int(f["lookups"]) for f in mine), sum(int(f["accesses"]) for f in mine)


def counted(domain: str, lookups: int, accesses: int) -> Callable[[list[Point]], bool]:
    return lambda points: total(points, domain) >= (lookups, accesses)


def test_a_name_that_is_only_looked_up_is_no_access(bed: Any, watcher: Any) -> None:
    """getent asks for AAAA and A: one lookup."""
    assert bed.run("getent", "ahosts", "www.bongda.test").stdout
    points = watcher.until(counted("bongda.test", 1, 0))
    assert total(points, "bongda.test") == (1, 0)
    (point,) = points
    assert point.tags == {"category": "gambling", "grade": "violation", "slot": "0"}
    assert (point.fields["source"], point.fields["version"]) == ("stttt", "2026-11")
    assert watcher.sample()[0].tags["category"] == "none"


def test_curl_looks_up_and_reaches(bed: Any, watcher: Any) -> None:
    bed.curl("https://www.bongda.test/")
    points = watcher.until(counted("bongda.test", 1, 1))
    assert total(points, "bongda.test") == (1, 1)
    assert points[0].fields["domain"] == "bongda.test"


def test_plain_http_is_reached_by_its_address(bed: Any, watcher: Any) -> None:
    """No name on the way: after a moment the connection to the answer's address counts."""
    bed.curl("http://cuoc.test/")
    points = watcher.until(counted("cuoc.test", 1, 1))
    assert total(points, "cuoc.test") == (1, 1)


def test_version_6(bed: Any, watcher: Any) -> None:
    bed.curl("https://v6.bongda.test/", "-6")
    points = watcher.until(counted("bongda.test", 1, 1))
    assert total(points, "bongda.test") == (1, 1)


def test_a_resolver_over_version_6(bed: Any, watcher: Any) -> None:
    assert bed.run("dig", f"@{RESOLVER6}", "+short", "bongda.test").stdout.strip() == "10.99.0.2"
    assert total(watcher.until(counted("bongda.test", 1, 0)), "bongda.test") == (1, 0)


def test_a_truncated_answer_is_fetched_over_tcp(bed: Any, watcher: Any) -> None:
    """And is one lookup still, though it was asked twice."""
    found = bed.run("getent", "ahostsv4", "big.bongda.test").stdout
    assert found.count("STREAM") == 60
    points = watcher.until(counted("bongda.test", 1, 0))
    assert total(points, "bongda.test") == (1, 0)


def test_dns_over_tcp_alone(bed: Any, watcher: Any) -> None:
    found = bed.run("dig", f"@{RESOLVER}", "+tcp", "+short", "bongda.test").stdout
    assert found.strip() == "10.99.0.2"
    assert total(watcher.until(counted("bongda.test", 1, 0)), "bongda.test") == (1, 0)


def test_a_cname_to_a_listed_name(bed: Any, watcher: Any) -> None:
    """The page's own name is on no list; what it is an alias of is."""
    bed.curl("https://innocent.test/")
    points = watcher.until(counted("cuoc.test", 1, 1))
    assert total(points, "cuoc.test") == (1, 1)
    assert {point.fields["domain"] for point in points} == {"cuoc.test"}


def test_names_that_only_look_alike_give_nothing(bed: Any, watcher: Any) -> None:
    """Nor does an exception, nor another site on a listed one's address."""
    for name in ("notbongda.test", "evil-bongda.test.example", "hoc.bongda.test", "thuong.test"):
        bed.curl(f"https://{name}/", "-k")
    bed.run("getent", "hosts", "bongda.test")
    bed.curl("https://shared.test/", "-k")
    points = watcher.until(lambda _: False, within=4.5)
    assert total(points, "bongda.test") == (1, 0)
    assert {point.fields["domain"] for point in points} == {"bongda.test"}


def test_chromium_visits(bed: Any, watcher: Any, tmp_path: Path) -> None:
    """(a) One lookup, one access, the right process, in under 10 s."""
    browser = subprocess.Popen(
        [
            *("ip", "netns", "exec", "quannet-pc", "chromium", "--headless", "--no-sandbox"),
            *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
            *("--disable-component-update", "--disable-sync", "--ignore-certificate-errors"),
            *(f"--user-data-dir={tmp_path}", "--remote-debugging-port=0", "https://www.bongda.test/"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        points = watcher.until(counted("bongda.test", 1, 1), within=10)
        points += watcher.until(lambda _: False, within=1)
    finally:
        browser.terminate()
        browser.wait(10)
    assert total(points, "bongda.test") == (1, 1)
    (reached,) = (point for point in points if point.fields["accesses"])
    assert reached.fields["process"] == "chromium"


def test_the_list_is_replaced_under_load(
    bed: Any, watcher: Any, the_list: Path, compiled: Callable[..., Path]
) -> None:
    """(f) While names are asked for all the time, none that stands on both lists is missed."""
    asked = bed.folder / "names.txt"
    asked.write_text("".join(f"n{n}.bongda.test A\n" for n in range(600)))
    load = threading.Thread(
        target=bed.run, args=("dnsperf", "-s", RESOLVER, "-d", str(asked), "-n", "1", "-Q", "300", "-c", "1")
    )
    load.start()
    points: list[Point] = []
    turns = 0
    while load.is_alive():
        turns += 1
        compiled(the_list, authority=["bongda.test", f"them{turns}.test"])
        points += [point for point in watcher.sample() if point.tags["category"] != "none"]
        load.join(0.1)
    points += watcher.until(counted("bongda.test", 600, 0), within=1)
    assert turns > 5
    assert total(points, "bongda.test")[0] == 600
