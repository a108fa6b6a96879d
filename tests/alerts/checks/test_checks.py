"""Each check finds its fault, says where it stands, and has its page; the built-in policies pass them all."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import alerts.checks
from alerts.bench import Bench
from alerts.cadence import CADENCES, INSTEAD
from alerts.checks import CHECKS, lint
from alerts.policy import Policy
from alerts.rule import AlertContext
from collector.document import parse_yaml
from collector.problem import Severity, as_text
from collector.schema import BY_NAME

BASE = """\
id: after-hours-game
title: {vi: Chơi ngoài giờ, en: Played in closed hours}
says: {vi: "Máy {pc} của {venue}: {value}", en: "PC {pc} of {venue}: {value} in {over}, {lasting}"}
binds: [game]
in_force: {from: 2024-12-25}
hours: {closed: "22:00-08:00"}
flags: {measurement: after_hours, field: play}
threshold: {sum: 1, over: 2m, for: 5m}
severity: warning
basis: {vi: Nghị định 147/2024, en: Decree 147/2024, confidence: partly}
misses: {vi: máy tắt, en: a PC that is off}
runbook: docs/policies/after-hours-game.md
"""
ROOT = Path(alerts.checks.__file__).parents[2]
TODAY = date(2026, 3, 2)
PLACES = {
    "04252": ((date(2025, 7, 1), None),),
    "02671": ((date(2004, 1, 1), date(2025, 7, 1)),),
    "01000": ((date(2004, 1, 1), date(2020, 1, 1)),),
}
DENSE = "flags: {measurement: after_hours, field: play}"


def policy(*changes):
    text = BASE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    read = parse_yaml(text, "p.yaml", Policy)
    assert as_text(read.problems) == ""
    return read.value.read_from(read.document)


def bench(*policies, **context):
    return Bench(AlertContext(**context), policies, TODAY, PLACES)


def flags(text, over="2m", hours=False):
    """The base with other flags."""
    changes = [(DENSE, f"flags: {text}"), ("over: 2m", f"over: {over}")]
    return changes if hours else [*changes, ('hours: {closed: "22:00-08:00"}\n', "")]


def test_the_built_in_policies_pass(policies, context):
    problems = lint(Bench(replace(context, lists={"unlisted-games": ("g",)}), policies, TODAY))
    assert as_text(p for p in problems if p.severity < Severity.INFO) == ""
    assert {(p.check, p.severity) for p in problems} <= {("policy/basis", Severity.INFO)}
    assert lint(bench(policy())) == []


E, W, I = Severity  # noqa: E741 - as short as the table is wide
FAULTS = {
    "no law is named": ([("Decree 147/2024", "the decree")], "basis", E, 10, "names no law"),
    "the law is another one in English": ([("Decree 147/2024", "Decree 147/2025")], "basis", E, 10, "names 147/2025"),
    "a warning on an unread basis": ([("partly", "unconfirmed")], "basis", I, 9, "severity warning is info here"),
    "a presence of every PC": (flags("{measurement: presence, field: online}"), "cost", E, 6, "36 s for a backtest of a week"),
    "a game of any": (flags("{measurement: games, field: play}"), "cost", E, 6, "with 16,000 PCs"),
    "a field does not narrow": (
        flags("{measurement: sites, field: lookups, where: {lookups: {above: 0}}}"), "cost", E, 6, "spares it none",
    ),
    "a month of every venue": (
        flags("{measurement: venue, field: excess, by: venue}", over="30d"), "cost", E, 7, "reads 30d of 'venue'",
    ),
    "a dense measurement meanwhile": (
        [("severity:", "while: {measurement: host, field: cpu, max: 50}\nseverity:")], "cost", E, 9, "'host'",
    ),
    "hours of what does not depend on them": (
        flags("{measurement: unobserved, field: minutes}", hours=True), "hours", W, 6, "sets hours, but 'minutes'",
    ),
    "after hours without hours": ([('hours: {closed: "22:00-08:00"}\n', "")], "hours", E, 6, "no policy has any for game"),
    "it begins before its law": ([("2024-12-25", "2013-09-01")], "in-force", E, 5, "begins in 2013, before the oldest"),
    "it begins in the far future": ([("2024-12-25", "2204-12-25")], "in-force", W, 5, "begins only in 2204"),
    "it has ended": ([("{from: 2024-12-25}", "{from: 2024-12-25, to: 2026-01-01}")], "in-force", I, 5, "it ended on"),
    "a place that is none": ([("in_force", 'places: ["04252", "4253"]\nin_force')], "places", E, 5, "perhaps 04252"),
    "a place of another time": ([("in_force", 'places: ["01000"]\nin_force')], "places", E, 5, "names no place on the days"),
    "places of a server": (
        [*flags("{measurement: ledger, field: dead, by: server}"), ("in_force", 'places: ["04252"]\nin_force')],
        "places", E, 5, "cannot be bound to places",
    ),
    "a measurement that nobody writes": (
        [("measurement: after_hours", "measurement: game")], "query", E, 7, "nothing writes a measurement 'game'",
    ),
    "a measurement without venues": (
        flags("{measurement: ledger, field: dead}"), "query", E, 6, "has no venue, pc, place, class",
    ),
    "a field that is none": ([("field: play", "field: playing")], "query", E, 7, "'playing' is no field"),
    "a field that is a text": (flags("{measurement: unobserved, field: cause}"), "query", E, 6, "'cause' is a text"),
    "a sum of shares": (
        flags("{measurement: venue, field: closed_share, by: venue}"), "query", E, 7, "it is a share",
    ),
    "a condition on what is none": (
        [("field: play", "field: play, where: {game: dota2}")], "query", E, 7, "'game' is no tag and no field",
    ),
    "bounds of a tag": (
        flags("{measurement: unobserved, field: minutes, where: {state: {least: 1}}}"), "query", E, 6, "is a tag",
    ),
    "bounds of a text": (
        flags("{measurement: unobserved, field: minutes, where: {hours: {least: 1}}}"), "query", E, 6, "has no bounds",
    ),
    "a number that equals a text": (
        [("field: play", 'field: play, where: {play: "1"}')], "query", E, 7, "is a whole number; write bounds",
    ),
    "each of what is no tag": (
        [("field: play", "field: play, each: [state]")], "query", E, 7, "'state' is no tag of 'after_hours'",
    ),
    "each of what the subject has": (
        [("field: play", "field: play, each: [pc]")], "query", E, 7, "has 'pc' already",
    ),
    "another subject meanwhile": (
        [
            *flags("{measurement: venue, field: excess, by: venue}"),
            ("severity:", "while: {measurement: unobserved, field: minutes, count: 1}\nseverity:"),
        ],
        "query", E, 8, "no instance would be of both",
    ),
    "an absent PC": (
        [*flags("{measurement: unobserved, field: minutes}"), ("sum: 1", "absent: true")], "query", E, 7, "has no name",
    ),
    "absent and meanwhile": (
        [
            *flags("{measurement: process, field: uptime, by: server}"),
            ("sum: 1", "absent: true"),
            ("severity:", "while: {measurement: ledger, field: dead, by: server, max: 1}\nseverity:"),
        ],
        "query", E, 8, "nothing holds meanwhile",
    ),
    "issuers that overlap": (
        [("severity:", "issuers: [{from: 2013-09-01, levels: [district]}, {from: 2025-07-01, levels: [commune]}]\nseverity:")],
        "issuers", E, 9, "while the entry before it still holds",
    ),
    "issuers with a hole": (
        [
            ("severity:", "issuers: [{from: 2013-09-01, to: 2025-01-01, levels: [district]}, {from: 2025-07-01, levels: [commune]}]\nseverity:"),
        ],
        "issuers", W, 9, "nobody may issue anything from 2025-01-01 to 2025-07-01",
    ),
    "issuers that end before they begin": (
        [("severity:", "issuers: [{from: 2013-09-01, to: 2013-09-01, levels: [district]}]\nseverity:")],
        "issuers", E, 9, "it ends on 2013-09-01",
    ),
    "issuers that nobody asks for": (
        [("severity:", "issuers: [{from: 2013-09-01, levels: [district]}]\nseverity:")],
        "issuers", W, 9, "does not flag `issuer_wrong`",
    ),
    "another page": ([("docs/policies/after", "docs/after")], "runbook", E, 12, "is not its place"),
    "a `for` between two evaluations": ([("for: 5m", "for: 90s")], "window", E, 8, "for: 1m30s is no multiple of 1m"),
    "a keep_firing between them": (
        [("for: 5m", "for: 5m, keep_firing: 90s")], "window", E, 8, "keep_firing: 1m30s is no multiple",
    ),
    "a window shorter than the interval": ([("over: 2m", "over: 30s")], "window", E, 8, "leaves gaps"),
    "a window of half seconds": ([("over: 2m", "over: 90s500ms")], "window", E, 8, "whole seconds"),
    "a window between two points": (
        flags("{measurement: register, field: no_rule, by: venue}", over="5m"), "window", E, 7, "may hold no point of 'register'",
    ),
    "a name that is none": ([("{venue}: {value} in", "{venu}: {value} in")], "words", E, 3, "perhaps {venue}"),
    "a brace alone": ([("{venue}: {value} in", "{venue: {value} in")], "words", E, 3, "a brace stands alone"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_at_its_place(name):
    changes, check, severity, line, said = FAULTS[name]
    problems = lint(bench(policy(*changes)))
    found = [p for p in problems if p.check == f"policy/{check}" and said in f"{p.summary}; {p.details}"]
    assert found, as_text(problems)
    assert {(p.severity, p.place.path, p.place.line) for p in found} == {(severity, "p.yaml", line)}
    assert all(p.details for p in problems)


def test_every_check_is_listed_documented_and_proven():
    names = {path.stem for path in Path(alerts.checks.__file__).parent.glob("*.py")} - {"__init__"}
    assert [check.__module__ for check in CHECKS] == [f"alerts.checks.{name}" for name in sorted(names)]
    pages = {path.stem.replace("-", "_") for path in (ROOT / "docs" / "checks").glob("*.md")}
    assert names | {"online"} == pages
    proven = {check for _, check, _, _, _ in FAULTS.values()} | {"gap", "overlap", "scenario"}
    assert {name.replace("_", "-") for name in names} == proven


def test_it_is_known_how_often_each_measurement_is_written():
    assert set(CADENCES) == set(BY_NAME)
    assert {name for name, cadence in CADENCES.items() if cadence.points(60) > 10_000} == set(INSTEAD)


def named(name, *changes):
    """Another policy beside the base."""
    return policy(("id: after-hours-game", f"id: {name}"), *changes)


def test_a_day_without_hours_between_two_policies_is_doubted():
    old = named("old", ("{from: 2024-12-25}", "{from: 2018-04-15, to: 2024-12-01}"))
    [problem] = [p for p in lint(bench(policy(), old)) if p.check == "policy/gap"]
    assert problem.severity is Severity.WARNING
    assert problem.summary == "game has no hours from 2024-12-01, when old ends, to 2024-12-25"
    assert problem.place.line == 5
    old = named("old", ("{from: 2024-12-25}", "{from: 2018-04-15, to: 2024-12-25}"))
    assert not [p for p in lint(bench(policy(), old)) if p.check == "policy/gap"]


@pytest.mark.parametrize(
    ("change", "doubled"),
    [
        (("[game]", "[game, agent]"), True),
        (("[game]", "[agent]"), False),
        (("sum: 1", "sum: 60"), False),
        (("field: play", "field: use"), False),
        (("{from: 2024-12-25}", "{from: 2024-01-01, to: 2024-12-25}"), False),
        (("in_force", 'places: ["04252"]\nin_force'), True),
    ],
)
def test_what_two_policies_would_tell_twice_is_doubted(change, doubled):
    found = [p for p in lint(bench(policy(), named("twin", change))) if p.check == "policy/overlap"]
    assert [p.summary for p in found] == (
        ["counts the same points for the same subjects as after-hours-game: each would be told twice"]
        if doubled
        else []
    )


def test_another_policy_may_set_the_hours_that_one_counts_by():
    other = named("use", ('hours: {closed: "22:00-08:00"}\n', ""), ("field: play", "field: use"))
    assert not [p for p in lint(bench(policy(), other)) if p.check == "policy/hours"]


def test_a_site_that_has_confirmed_the_law_hears_no_more_of_it():
    unread = policy(("partly", "unconfirmed"))
    assert lint(bench(unread, confirmed={"after-hours-game": "read"})) == []


def test_a_site_may_not_set_a_for_between_two_evaluations_either():
    problems = lint(bench(policy(), for_override={"after-hours-game": "70s"}))
    assert [p.summary for p in problems] == [
        "for: 1m10s is no multiple of 1m, the time between two evaluations"
    ]


def test_a_text_that_grafana_cannot_read_is_found():
    problems = lint(
        bench(
            policy(("title: {vi: Chơi ngoài giờ", "title: {vi: Chơi ngoài giờ")), docs_url="https://x/{{ .x"
        )
    )
    assert [(p.check, p.place.line) for p in problems] == [("policy/words", 1)]
    assert "annotation 'runbook_url'" in problems[0].summary


def test_a_runbook_that_does_not_exist_is_found_and_a_sites_own_one_counts(tmp_path):
    ground = replace(bench(policy()), docs=(tmp_path,))
    assert [p.summary for p in lint(ground)] == ["docs/policies/after-hours-game.md does not exist"]
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "after-hours-game.md").write_text("x", "utf-8")
    assert lint(ground) == []


STORY = """\
policy: POLICY
class: game
cases:
  - name: x
    start: 2026-03-02T22:00+07:00
    series: {"after_hours venue=v,pc=1 play": "60"}
    expect: [{at: "22:07", firing: FIRING}, {at: "22:08", firing: []}]
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "has no scenario"),
        (STORY.replace("FIRING", "[]"), "its scenario has no time at which it fires"),
        (
            STORY.replace("FIRING", "[{venue: v}]").replace(', {at: "22:08", firing: []}', ""),
            "its scenario has no time at which it is silent",
        ),
        (STORY.replace("FIRING", "[{venue: v}]").replace("POLICY", "other"), "its scenario tells of 'other'"),
        (STORY.replace("FIRING", "[{}]"), "names nobody"),
    ],
)
def test_a_story_that_proves_too_little_is_found(tmp_path, text, said):
    if text is not None:
        (tmp_path / "after-hours-game.yaml").write_text(text.replace("POLICY", "after-hours-game"), "utf-8")
    problems = lint(replace(bench(policy()), scenarios=(tmp_path,)))
    assert [p.summary for p in problems] == [said]


def test_a_sites_own_story_counts_in_place_of_the_built_in_one(tmp_path):
    (tmp_path / "after-hours-game.yaml").write_text("policy: [", "utf-8")
    ground = bench(policy())
    problems = lint(replace(ground, scenarios=(*ground.scenarios, tmp_path)))
    assert [p.check for p in problems] == ["file/syntax"]


def test_a_story_says_what_the_list_holds_that_its_policy_asks_for(tmp_path):
    asked = policy(*flags("{measurement: games, field: play, where: {game: {site: unlisted-games}}}"))
    text = STORY.replace("POLICY", "after-hours-game").replace("FIRING", "[{venue: v}]")
    (tmp_path / "after-hours-game.yaml").write_text(text, "utf-8")
    ground = replace(bench(asked), scenarios=(tmp_path,))
    assert [p.details for p in lint(ground)] == [
        "write `lists: {unlisted-games: […]}` above the cases of after-hours-game.yaml"
    ]
    (tmp_path / "after-hours-game.yaml").write_text("lists: {unlisted-games: [g]}\n" + text, "utf-8")
    assert lint(ground) == []
