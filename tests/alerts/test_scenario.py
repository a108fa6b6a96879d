"""The policies' stories hold, on a real database; and a story that does not hold says why."""

import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest

import alerts
from alerts import results, scenario
from alerts.load import BUILTIN
from provisioning import rehearsal

FOLDER = Path(alerts.__file__).parent / "scenarios"


@pytest.fixture(scope="module")
def generate(policies, context):
    return rehearsal.generate(policies, context)


def test_every_story_of_the_built_in_policies_holds(generate, influxd):
    told, problems = scenario.stories([(FOLDER, "alerts/scenarios")])
    report = scenario.play(told, generate, influxd.access)
    assert problems == []
    assert report.passed, results.as_text([r for r in report.results if not r.passed]) + str(report.problems)
    cases = Counter(policy for policy, _, _ in results.by_case(report.results))
    assert sorted(cases) == sorted(path.stem for path in BUILTIN.glob("*.yaml"))
    assert all(any(r.got for r in report.results if r.policy == policy) for policy in cases)


@pytest.fixture
def play(tmp_path, generate, influxd):
    def run(text, policy="after-hours-game"):
        path = tmp_path / "s.yaml"
        path.write_text(f"policy: {policy}\nclass: game\nlanguage: en\ncases:\n{text}", "utf-8")
        told, problems = scenario.stories([(tmp_path, "s")])
        assert problems == []
        return scenario.play(told, generate, influxd.access)

    return run


CASE = """\
  - name: six minutes
    start: 2026-03-02T22:01+07:00
    series: {"after_hours venue=yb-0012,pc=07 play": "60x10"}
    expect:
"""


@pytest.mark.parametrize(("at", "fires"), [(f"22:0{minute}", minute >= 7) for minute in range(2, 10)])
def test_with_for_5m_each_minute_the_sixth_true_evaluation_fires(play, at, fires):
    firing = '[{venue: yb-0012, pc: "07"}]' if fires else "[]"
    assert play(CASE + f'      - {{at: "{at}", firing: {firing}}}\n').passed


def test_a_time_may_be_one_of_any_day_to_the_second(play):
    assert play(
        CASE.replace("2026-03-02T22:01", "2025-12-31T23:58").replace("60x10", "60x1500")
        + '      - {at: "2026-01-01 00:03:59", firing: []}\n'
        + '      - {at: "2026-01-01 00:04", firing: [{venue: yb-0012}]}\n'
        + '      - {at: "2026-01-01 22:00:00", firing: [{venue: yb-0012}]}\n'
    ).passed


def test_who_should_fire_and_does_not_is_named_and_so_is_who_fires_and_should_not(play):
    report = play(CASE + '      - {at: "22:07", firing: [{venue: yb-0012, pc: "08"}]}\n')
    assert not report.passed
    assert results.as_text(report.results) == (
        "FAIL: after-hours-game: six minutes (1 time)\n"
        "  at 2026-03-02 22:07:00:\n"
        "    should fire, but does not: venue=yb-0012, pc=08\n"
        "    fires, but should not:     venue=yb-0012, pc=07, place=00000, class=game\n"
        "    instances: venue=yb-0012, pc=07, place=00000, class=game is Alerting\n"
    )


SAID = "Games on PC 07 of venue yb-0012 ran 120 s outside the allowed hours within the last 2 min; reported once this lasts 5 min."


DIFFERS = SAID.replace("120", "[-60-] {+120+}").replace("within the", "{+within the+}")


def expect(whom):
    return CASE + f'      - at: "22:08"\n        firing:\n          - {{venue: yb-0012, {whom}}}\n'


@pytest.mark.parametrize(
    "whom",
    [
        "severity: warning, audience: inspector, value: 120",
        f'annotations: {{description: "{SAID}"}}',
        "annotations: {description: {contains: ran 120 s outside}, basis: {contains: Decree 147/2024}}",
    ],
)
def test_severity_value_and_words_can_be_expected(play, whom):
    report = play(expect(whom))
    assert report.passed, results.as_text(report.results)


@pytest.mark.parametrize(
    ("whom", "said"),
    [
        ("severity: info", "its severity is warning, not info"),
        ("value: 60", "its value is 120, not 60"),
        (
            f'annotations: {{description: "{SAID.replace("120", "60").replace(" within the", "")}"}}',
            f"its description is not as expected ([-missing-] {{+too much+}}):\n      {DIFFERS}\n",
        ),
        (
            "annotations: {description: {contains: 60 s}}",
            f"its description does not contain '60 s':\n      {SAID}\n",
        ),
        (
            "annotations: {words: x}",
            "it has no annotation 'words', but basis, description, misses, runbook_url, summary",
        ),
    ],
)
def test_what_differs_is_said_word_by_word(play, whom, said):
    text = results.as_text(play(expect(whom)).results)
    assert f"    venue=yb-0012, pc=07, place=00000, class=game: {said}" in text


def test_a_scenario_of_no_rule_is_a_problem(play):
    report = play(CASE + '      - {at: "22:06", firing: []}\n', policy="after-hour")
    assert not report.passed
    assert [p.summary for p in report.problems] == ["no rule is generated for 'after-hour'"]
    assert "after-hours-agent, after-hours-game" in report.problems[0].details


def test_junit_has_a_suite_a_policy_and_a_test_a_case(play):
    report = play(
        CASE
        + '      - {at: "22:07", firing: []}\n'
        + CASE.replace("six", "ten")
        + '      - {at: "22:07", firing: [{venue: yb-0012}]}\n'
    )
    root = ET.fromstring(results.as_junit(report).tostring())
    assert [suite.get("name") for suite in root] == ["after-hours-game"]
    assert [(case.get("name"), len(case)) for case in root[0]] == [("six minutes", 1), ("ten minutes", 0)]
    assert root.get("failures") == "1"
    assert "fires, but should not:     venue=yb-0012, pc=07" in root[0][0][0].text


def test_a_fault_of_a_file_is_an_error_in_junit(play):
    report = play(CASE + '      - {at: "22:06", firing: []}\n', policy="after-hour")
    root = ET.fromstring(results.as_junit(report).tostring())
    assert (root.get("errors"), root[0][0].get("name")) == ("1", "s/s.yaml:1:1")


def test_a_later_folder_tells_a_policys_story_anew(tmp_path):
    (tmp_path / "site").mkdir()
    own = (FOLDER / "site-hint.yaml").read_text("utf-8").replace("name: one page", "name: one PAGE")
    (tmp_path / "site" / "site-hint.yaml").write_text(own, "utf-8")
    told, problems = scenario.stories([(FOLDER, "alerts"), (tmp_path / "site", "site")])
    assert problems == []
    assert [str(one.place) for one in told if one.story.policy == "site-hint"] == ["site/site-hint.yaml:1:1"]
    assert len(told) == len(list(FOLDER.glob("*.yaml")))


def test_one_policys_story_can_be_asked_for():
    told, _ = scenario.stories([(FOLDER, "alerts")], "site-hint")
    assert [one.story.policy for one in told] == ["site-hint"]


def test_cases_leave_nothing_behind(play, influx):
    play(CASE + '      - {at: "22:07", firing: []}\n')
    names = [row[0] for s in influx.query("SHOW DATABASES") for row in s.rows]
    assert not any(name.startswith("scenario_") for name in names)
