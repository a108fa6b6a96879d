"""What is wrong in policy files is said at once, with its place and what to write."""

from pathlib import Path

import pytest

from alerts.load import BUILTIN, clashes, load
from alerts.story import read
from collector.problem import as_text

BAD = Path(__file__).parent / "bad"


SCENARIO = "scenario-"


@pytest.mark.parametrize("fault", sorted(path.name for path in BAD.iterdir()))
def test_one_fault_is_said_in_these_words(fault):
    """A folder of policies a fault, or one with a scenario; `expected.txt` is all that is said."""
    folder = BAD / fault
    if fault.startswith(SCENARIO):
        value, problems = read(folder / "night.yaml", "scenarios/night.yaml")
        assert value is None
    else:
        found, problems = load(folder, "policies")
        assert [policy.id for policy in found] == (["dusk"] if fault == "same-title-and-hours" else [])
    assert as_text(problems) == (folder / "expected.txt").read_text("utf-8")
    assert all(problem.details for problem in problems)


def test_each_fault_has_words_of_its_own():
    """By what is said and where; two folders that say the same would prove one thing twice."""
    said = [
        (BAD / fault / "expected.txt").read_text("utf-8") for fault in sorted(p.name for p in BAD.iterdir())
    ]
    assert len(said) >= 100
    assert len(set(said)) == len(said)


def test_all_faults_of_a_file_are_said_at_once():
    """Those of its form and those of its meaning."""
    for name in ("many-faults-in-one-file", f"{SCENARIO}many-faults-in-one-file"):
        assert (BAD / name / "expected.txt").read_text("utf-8").count("error: ") >= 7


def test_the_built_in_policies_are_without_fault():
    found, problems = load(BUILTIN, "alerts/policies")
    assert problems == []
    assert [policy.id for policy in found] == [path.stem for path in sorted(BUILTIN.glob("*.yaml"))]


def test_a_folder_that_is_none_is_a_problem(tmp_path):
    _, problems = load(tmp_path / "nowhere", "site/policies")
    assert [p.place.path for p in problems] == ["site/policies"]


def test_policies_of_two_folders_can_clash(policies):
    assert [p.check for p in clashes([policies[0], policies[0]])] == ["policy/id"]
    assert clashes(policies) == []


def test_a_successor_from_the_day_on_which_its_forerunner_ends_clashes_in_nothing(tmp_path):
    text = (BAD / "same-title-and-hours" / "night.yaml").read_text("utf-8")
    old = text.replace("{from: 2024-12-25}", "{from: 2018-04-15, to: 2024-12-25}").replace("night", "old")
    old = old.replace("Chơi", "Đã chơi").replace("Played", "Once played")
    (tmp_path / "night.yaml").write_text(text, "utf-8")
    (tmp_path / "old.yaml").write_text(old, "utf-8")
    assert load(tmp_path, "policies")[1] == []
