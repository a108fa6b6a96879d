"""The table of programs is in order, and a name that says nothing needs its folder."""

import csv

import pytest

from collector.agent.blindness.programs import BROWSER, OWN, RESOLVER, VPN, Program, Programs

PROGRAMS = Programs.own()


@pytest.mark.parametrize(
    ("exe", "path", "program"),
    [
        ("chromium", "/usr/lib/chromium/chromium", Program(BROWSER, "chromium")),
        ("Chrome.EXE", r"C:\Program Files\Google\Chrome\chrome.exe", Program(BROWSER, "chrome")),
        ("browser.exe", r"C:\Program Files\CocCoc\Browser\browser.exe", Program(BROWSER, "coccoc")),
        ("browser.exe", r"C:\Other\browser.exe", None),
        ("openvpn", "", Program(VPN, "openvpn")),
        ("systemd-resolve", "", Program(RESOLVER, "resolved")),
        ("bash", "/usr/bin/bash", None),
        ("", "", None),
    ],
)
def test_a_program_is_known_by_its_name(exe: str, path: str, program: Program | None) -> None:
    assert PROGRAMS.match(exe, path) == program


def test_every_line_is_of_a_known_kind_has_a_source_and_stands_once() -> None:
    with OWN.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["kind"] for row in rows} == {BROWSER, VPN, RESOLVER}
    assert all(row["name"] and row["source"] and row["exe"] == row["exe"].casefold() for row in rows)
    exes = [row["exe"] for row in rows]
    assert len(exes) == len(set(exes))
