"""Scenario files: the notation, and every fault with its place."""

from datetime import datetime

import pytest

from alerts.story import read, series, values
from collector.clock import LOCAL
from collector.problem import as_text

GOOD = """\
policy: after-hours-game
class: game
cases:
  - name: a match
    start: 2026-03-02T21:50+07:00
    series: {"games venue=yb-0012,pc=07 after_hours": "0x2 60"}
    expect:
      - {at: "22:07", firing: [{venue: yb-0012}]}
"""


@pytest.mark.parametrize(
    ("notation", "expected"),
    [
        ("1x4", (1, 1, 1, 1, 1)),  # promtool: `1x4` becomes `1 1 1 1 1`
        ("1 _x3 5", (1, None, None, None, 5)),  # and `_x3` is three missing ones
        ("-2+4x3", (-2, 2, 6, 10)),
        ("5-1x2", (5, 4, 3)),
        ("_ 0.5", (None, 0.5)),
    ],
)
def test_values_are_written_as_promtool_reads_them(notation, expected):
    assert values(notation) == expected


@pytest.mark.parametrize("notation", ["", "x3", "1x", "1y3", "1+1", "stale", "1x9999 1x9999"])
def test_what_is_no_value_is_refused(notation):
    with pytest.raises(ValueError, match="write"):
        values(notation)


def test_a_series_is_a_measurement_its_tags_and_a_field():
    found = series("games venue=yb-0012,pc=07,game=dota2 after_hours")
    assert (found.measurement, found.field, found.tags["game"]) == ("games", "after_hours", "dota2")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("games venue", "gmaes venue", "names the unknown measurement 'gmaes'"),
        ("pc=07 ", "pcs=07 ", "has the unknown tag 'pcs'"),
        (",pc=07", "", "does not say which PC"),
        ('after_hours"', 'afterhours"', "has no number 'afterhours'"),
        (" after_hours", "", "is no series"),
        ("0x2 60", "0x2 sixty", "'sixty' is no value"),
        ("+07:00", "", "is no local moment"),
        ("+07:00", "Z", "is no local moment"),
        ('"22:07"', '"25:07"', "at: String should match pattern"),
        ("{venue: yb-0012}", "{}", "names nobody"),
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
