"""The policies' stories hold, on a real database; and a story that does not hold says why."""

from pathlib import Path

import pytest

import alerts
from alerts import scenario
from alerts.story import read
from collector.problem import Place

FOLDER = Path(alerts.__file__).parent / "scenarios"


def test_every_story_of_the_built_in_policies_holds(files, influxd):
    report = scenario.run_folder(FOLDER, "alerts/scenarios", files, influxd.access)
    assert report.passed, scenario.as_text(report.results)
    assert len({(result.policy, result.case) for result in report.results}) == 37
    assert any(result.got for result in report.results)


@pytest.fixture
def play(tmp_path, files, influxd):
    def run(text, policy="after-hours-game"):
        path = tmp_path / "s.yaml"
        path.write_text(f"policy: {policy}\nclass: game\ncases:\n{text}", "utf-8")
        story, problems = read(path, "s.yaml")
        assert problems == []
        return scenario.run(story, Place("s.yaml"), files, influxd.access)

    return run


CASE = """\
  - name: six minutes
    start: 2026-03-02T22:01+07:00
    series: {"games venue=yb-0012,pc=07 after_hours": "60x10"}
    expect:
"""


@pytest.mark.parametrize(("at", "fires"), [(f"22:0{minute}", minute >= 6) for minute in range(1, 9)])
def test_with_for_5m_each_minute_the_sixth_true_evaluation_fires(play, at, fires):
    firing = '[{venue: yb-0012, pc: "07"}]' if fires else "[]"
    assert play(CASE + f'      - {{at: "{at}", firing: {firing}}}\n').passed


def test_who_should_fire_and_does_not_is_named_and_so_is_who_fires_and_should_not(play):
    report = play(CASE + '      - {at: "22:06", firing: [{venue: yb-0012, pc: "08"}]}\n')
    assert not report.passed
    assert scenario.as_text(report.results) == (
        "FAIL: after-hours-game: six minutes (1 times)\n"
        "  at 2026-03-02 22:06:00:\n"
        "    should fire, but does not: venue=yb-0012, pc=08\n"
        "    fires, but should not:     venue=yb-0012, pc=07, class=game\n"
        "    instances: venue=yb-0012, pc=07, class=game is Alerting\n"
    )


def test_a_scenario_of_no_rule_is_a_problem(play):
    report = play(CASE + '      - {at: "22:06", firing: []}\n', policy="after-hour")
    assert not report.passed
    assert [p.summary for p in report.problems] == ["no rule is generated for 'after-hour'"]
    assert "after-hours-agent, after-hours-game" in report.problems[0].details


def test_cases_leave_nothing_behind(files, influxd, influx):
    scenario.run_folder(FOLDER, "alerts/scenarios", files, influxd.access)
    names = [row[0] for s in influx.query("SHOW DATABASES") for row in s.rows]
    assert not any(name.startswith("scenario_") for name in names)
