"""Each check finds its fault, says where it stands, and has its page; the built-in policies pass them all."""

from dataclasses import replace
from pathlib import Path

import pytest

import alerts.checks
from alerts.checks import CHECKS, lint
from alerts.policy import Policy
from alerts.rule import AlertContext
from collector.document import parse_yaml
from collector.problem import as_text

BASE = """\
id: after-hours-game
title: {vi: Chơi ngoài giờ, en: Played in closed hours}
binds: [game]
in_force: {from: 2024-12-25}
hours: {closed: "22:00-08:00"}
flags: {measurement: games, field: after_hours}
threshold: {sum: 1, over: 2m, for: 5m}
severity: warning
basis: {vi: Nghị định 147/2024, en: Decree 147/2024, confidence: partly}
misses: {vi: máy tắt, en: a PC that is off}
runbook: docs/policies/after-hours-game.md
"""
ROOT = Path(alerts.checks.__file__).parents[2]


def policy(*changes):
    text = BASE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    read = parse_yaml(text, "p.yaml", Policy)
    assert read.problems == []
    return read.value.read_from(read.document)


def test_the_built_in_policies_pass(policies, context):
    assert as_text(lint(policies, context)) == ""
    assert lint([policy()], AlertContext()) == []


FAULTS = {
    "no law is named": (("Decree 147/2024", "the decree"), "policy/legal-basis", 9),
    "a warning on an unread basis": (("confidence: partly", "confidence: unconfirmed"), "policy/legal-basis", 8),
    "a measurement that nobody writes": (("measurement: games", "measurement: game"), "policy/query", 6),
    "a measurement without venues": (("measurement: games, field: after_hours", "measurement: ledger, field: dead"), "policy/query", 6),
    "a field that does not exist": (("field: after_hours", "field: late"), "policy/query", 6),
    "a field that is no number": (("measurement: games, field: after_hours", "measurement: session, field: state"), "policy/query", 6),
    "after hours without hours": (('hours: {closed: "22:00-08:00"}\n', ""), "policy/query", 5),
    "hours without after hours": (("field: after_hours", "field: play"), "policy/query", 5),
    "for no multiple of the interval": (("for: 5m", "for: 90s"), "policy/for-interval", 7),
    "a window with gaps": (("over: 2m", "over: 30s"), "policy/for-interval", 7),
    "a window of split seconds": (("over: 2m", "over: 2m500ms"), "policy/for-interval", 7),
    "a runbook elsewhere": (("docs/policies/after-hours-game.md", "docs/other.md"), "policy/runbook", 11),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_at_its_place(name):
    change, check, line = FAULTS[name]
    problems = lint([policy(change)], AlertContext())
    assert check in {p.check for p in problems}, as_text(problems)
    assert {(p.check, p.place.path, p.place.line) for p in problems} >= {(check, "p.yaml", line)}
    assert all(p.details for p in problems)


def test_every_check_is_listed_documented_and_proven():
    names = {path.stem for path in Path(alerts.checks.__file__).parent.glob("*.py")} - {"__init__"}
    assert [check.__module__ for check in CHECKS] == [f"alerts.checks.{name}" for name in sorted(names)]
    pages = {path.stem.replace("-", "_") for path in (ROOT / "docs" / "checks").glob("*.md")}
    assert names <= pages
    proven = {check for _, check, _ in FAULTS.values()} | {"policy/scenario"}
    assert {f"policy/{name.replace('_', '-')}" for name in names} == proven


def test_a_runbook_that_does_not_exist_is_found(tmp_path):
    problems = lint([policy()], replace(AlertContext(), docs=tmp_path))
    assert [p.summary for p in problems] == ["docs/policies/after-hours-game.md does not exist"]


@pytest.mark.parametrize(
    ("firing", "said"),
    [
        (None, "has no scenario"),
        ("[]", "its scenario has no time at which it fires"),
        ("[{venue: yb-0012}]", "its scenario has no time at which it is silent"),
    ],
)
def test_a_story_that_proves_too_little_is_found(tmp_path, firing, said):
    if firing is not None:
        (tmp_path / "after-hours-game.yaml").write_text(
            "policy: after-hours-game\nclass: game\ncases:\n"
            "  - {name: x, start: 2026-03-02T22:00+07:00, series: {'games venue=v,pc=1 after_hours': 60},"
            f" expect: [{{at: '22:07', firing: {firing}}}]}}\n".replace(": 60}", ": '60'}"),
            "utf-8",
        )
    problems = lint([policy()], replace(AlertContext(), scenarios=(tmp_path,)))
    assert [p.summary for p in problems] == [said]
