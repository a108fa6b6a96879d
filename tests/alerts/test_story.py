"""Scenario files: the notation, and every fault with its place."""

from dataclasses import fields
from datetime import datetime

import pytest

from alerts.story import Firing, read
from collector.clock import LOCAL
from collector.problem import as_text
from collector.schema import MEASUREMENTS

GOOD = """\
policy: after-hours-game
class: game
cases:
  - name: a match
    start: 2026-03-02T21:50+07:00
    series: {"games venue=yb-0012,pc=07 play": "0x2 60"}
    expect:
      - {at: "22:07", firing: [{venue: yb-0012}]}
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("games venue", "gmaes venue", "names the unknown measurement 'gmaes'"),
        ("pc=07 ", "pcs=07 ", "has the unknown tag 'pcs'"),
        (",pc=07", "", "does not say which pc"),
        ('play"', 'played"', "has no number 'played'"),
        (" play", "", "is no series"),
        ('play"', 'play processes"', "is no series"),
        ('play"', 'play process=3"', "has no further field 'process'"),
        ('play"', 'play processes=many"', "gives 'processes' the value 'many'"),
        ("class: game\n", "", "does not say which class"),
        ("0x2 60", "0x2 sixty", "'sixty' is no value"),
        ("+07:00", "", "is no local moment"),
        ("+07:00", "Z", "is no local moment"),
        ('"22:07"', '"25:07"', "'25:07' is no time"),
        ('"22:07"', '"2026-02-30 22:07"', "'2026-02-30 22:07' is no time"),
        ('"22:07"', '"2026-03-01 22:07"', "is before the start"),
        ("{venue: yb-0012}", "{}", "names nobody"),
        ("{venue: yb-0012}", "{venu: yb-0012}", "'venu' is no key here (file/unknown-key)"),
        ("{venue: yb-0012}", "{pc: 7}", "7 is not a text"),
        ("{venue: yb-0012}", "{pc: '7', annotations: {late: {contain: x}}}", "'contain' is no key here"),
        ("class: game", "class: casino", "none of the words known for 'class'"),
        ("    expect:", "    expects:", "'expects' is no key here"),
        ("    start:", "    step: 0s\n    start:", "is no whole second"),
    ],
)
def test_one_fault_is_said_with_its_place(tmp_path, old, new, said):
    path = tmp_path / "s.yaml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1), "utf-8")
    story, problems = read(path, "s.yaml")
    assert story is None
    assert said in as_text(problems)
    assert all(problem.place.line > 1 for problem in problems)


def test_a_name_that_stands_twice_is_a_fault(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(GOOD + GOOD.partition("cases:\n")[2], "utf-8")
    assert [p.check for p in read(path, "s.yaml")[1]] == ["scenario/name"]


def test_a_time_of_day_is_the_first_one_from_the_start_on(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(GOOD, "utf-8")
    story, problems = read(path, "s.yaml")
    assert problems == []
    case = story.cases[0]
    assert case.moment("21:50") == datetime(2026, 3, 2, 21, 50, tzinfo=LOCAL)
    assert case.moment("00:10:30") == datetime(2026, 3, 3, 0, 10, 30, tzinfo=LOCAL)
    assert case.moment("2026-03-03 22:07") == datetime(2026, 3, 3, 22, 7, tzinfo=LOCAL)


def test_whoever_can_be_named_by_a_rule_can_be_named_in_an_expectation():
    named = {"class" if part.name == "klass" else part.name for part in fields(Firing)}
    tags = {tag for measurement in MEASUREMENTS for tag in measurement.tag_names}
    assert tags | {"audience", "value", "annotations"} == named


def test_what_is_said_of_all_series_reaches_those_that_could_say_it_themselves(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(GOOD, "utf-8")
    story, _ = read(path, "s.yaml")
    assert story.tags("games venue=v,pc=1 play") == {
        "class": "game",
        "place": "00000",
        "venue": "v",
        "pc": "1",
    }
    assert story.tags("games venue=v,pc=1,class=agent play")["class"] == "agent"
    assert story.tags("coverage share") == {"place": "00000"}
    assert story.tags("disk folder=/var/lib used") == {"folder": "/var/lib"}
