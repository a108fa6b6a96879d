"""A site's scenarios are played against the site's rules, wherever the machine believes to be."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from alerts import results
from alerts.scenario import stories
from provisioning import bench, scaffold
from provisioning.rehearsal import rehearse
from provisioning.site import load

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path):
    scaffold.init(tmp_path / "site")
    return tmp_path / "site"


def change(folder, old, new):
    text = (folder / "site.yaml").read_text("utf-8")
    assert old in text
    (folder / "site.yaml").write_text(text.replace(old, new), "utf-8")


def played(folder, policy):
    return rehearse(load(folder)[0], bench.scenario_folders(folder), policy)


def test_a_story_that_comes_with_quannet_is_played_with_the_policy_as_it_came(folder):
    change(folder, "  for: {}", "  for: {site-hint: 30m}")
    change(folder, "  confirmed: {}", "  confirmed: {site-hint: read}")
    report = played(folder, "site-hint")
    assert report.passed, results.as_text(report.results)
    [problem] = report.problems
    assert problem.summary == "site-hint is played as it came, without this site's `for` and `confirmed`"
    assert str(problem.place) == "alerts/scenarios/site-hint.yaml:1:1"


OWN = """\
policy: site-hint
class: agent
cases:
  - name: half an hour, as this site has it
    start: 2026-03-02T15:00+07:00
    series: {"sites venue=yb-0031,pc=02,grade=hint,category=gambling,slot=0 lookups": "9x60"}
    expect:
      - {at: "15:15", firing: []}
      - {at: "15:31", firing: [{venue: yb-0031, pc: "02", severity: info}]}
"""


def test_a_sites_own_story_is_played_with_what_the_site_has_decided(folder):
    change(folder, "  for: {}", "  for: {site-hint: 30m}")
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "site-hint.yaml").write_text(OWN, "utf-8")
    report = played(folder, "site-hint")
    assert report.passed, results.as_text(report.results)
    assert report.problems == ()
    assert {result.case for result in report.results} == {"half an hour, as this site has it"}


def test_a_policy_of_a_list_is_played_with_the_list_of_its_story(folder):
    assert load(folder)[0].unlisted_games == ()
    report = played(folder, "unlisted-game")
    assert report.passed, results.as_text(report.results) + str(report.problems)
    assert any(result.got for result in report.results)


def test_the_sites_own_folder_comes_last(folder):
    (folder / "scenarios").mkdir()
    assert [shown for _, shown in bench.scenario_folders(folder)] == [
        "alerts/scenarios",
        str(folder / "scenarios"),
    ]
    (folder / "scenarios" / "site-hint.yaml").write_text("policy: [", "utf-8")
    told, problems = stories(bench.scenario_folders(folder), "site-hint")
    assert (told, [p.check for p in problems]) == ([], ["file/syntax"])


def test_the_time_zone_of_the_machine_changes_nothing(folder):
    """The same instances fire at the same times of the province, in three zones."""
    found = {}
    for zone in ("UTC", "Asia/Tokyo", "Asia/Ho_Chi_Minh"):
        done = subprocess.run(
            [sys.executable, "cli.py", "rules", "test", "--site", str(folder), "--policy", "after-hours-game", "--json"],
            cwd=ROOT, env={**os.environ, "TZ": zone}, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        found[zone] = json.loads(done.stdout)
    assert found["UTC"] == found["Asia/Tokyo"] == found["Asia/Ho_Chi_Minh"]
    assert any(result["got"] for result in found["UTC"]["results"])
