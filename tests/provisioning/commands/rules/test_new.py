"""A new policy passes its checks and its scenario before anybody has touched it."""

import re

import pytest

from alerts.kinds import KINDS
from provisioning.site import load

NAMED = ["--id", "mine", "--title-vi", "Của tôi", "--title-en", "Mine"]


@pytest.fixture
def files(site):
    return [
        site / "policies" / "mine.yaml",
        site / "scenarios" / "mine.yaml",
        site / "docs" / "policies" / "mine.md",
    ]


def test_what_is_written_of_each_kind_passes_lint_and_test_at_once(run, site):
    """All kinds in one site, so that one database plays them."""
    for kind in KINDS:
        made = run(
            "new",
            kind.name,
            "--id",
            kind.example.id,
            "--title-vi",
            kind.example.title[0],
            "--title-en",
            kind.example.title[1],
        )
        assert made.exit_code == 0, made.output
        assert [line.rpartition("/")[2] for line in made.stdout.splitlines()] == [
            f"{kind.example.id}.yaml",
            f"{kind.example.id}.yaml",
            f"{kind.example.id}.md",
        ]
    linted = run("lint")
    assert linted.exit_code == 0, linted.output
    played = run("test", "--scenarios", str(site / "scenarios"))
    assert played.exit_code == 0, played.output
    assert played.stdout.count("ok: ") == 2 * len(KINDS)


def test_options_replace_what_the_example_says(run, site, files):
    made = run(
        "new", "presence", *NAMED, "--where", "state=dark|silent", "--where", "hours=open", "--by", "venue",
        "--binds", "game", "--place", "04252", "--least", "30", "--over", "2h", "--for", "10m", "--severity", "warning",
        "--from", "2025-07-01", "--says-vi", "Điểm {venue}: {value}", "--says-en", "Venue {venue}: {value}",
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    text = files[0].read_text("utf-8")
    assert 'where: {state: ["dark", "silent"], hours: "open"}' in text
    assert "threshold: {count: 30, over: 2h, for: 10m}" in text
    policy = next(policy for policy in load(site)[0].policies if policy.id == "mine")
    assert (policy.flags.by, policy.binds, policy.places) == ("venue", ("game",), ("04252",))
    played = run("test", "--policy", "mine")
    assert (played.exit_code, played.stdout.count("ok: ")) == (0, 2), played.output


@pytest.mark.parametrize("condition", ["certificate_days>=0", "certificate_days<=30", "certificate_days>10"])
def test_a_number_lies_within_bounds(run, files, condition):
    made = run("new", "register", *NAMED, "--where", condition)
    assert made.exit_code == 0, made.output
    assert run("test", "--policy", "mine").exit_code == 0


def test_a_dry_run_prints_the_example_and_writes_nothing(run, site):
    made = run("new", "absence", "--dry-run")
    assert made.exit_code == 0
    assert made.stdout.count("# ") >= 3
    assert "absent: true" in made.stdout
    assert not (site / "policies").exists()


def test_a_file_that_exists_is_not_written_over(run, files):
    assert run("new", "stack", *NAMED).exit_code == 0
    before = files[2].read_text("utf-8")
    files[0].unlink()
    again = run("new", "stack", *NAMED)
    assert again.exit_code == 1
    assert re.search(r"scenarios/mine.yaml exists; choose another --id", again.stderr)
    assert (files[0].exists(), files[2].read_text("utf-8")) == (False, before)


def test_what_is_missing_is_said_where_nobody_can_be_asked(run):
    made = run("new", "sum")
    assert made.exit_code == 2
    assert "give --id" in made.stderr


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--hours", "22:00-22:00"], 1, "is closed never or always"),
        (["--severity", "severe"], 1, "none of the words known for 'severity'"),
        (["--counts", "after_hours.playing"], 1, "'playing' is no field"),
        (["--counts", "presence.online"], 1, "policy/cost"),
        (["--over", "10s"], 1, "leaves gaps"),
        (["--to", "2026-12-31"], 1, "has its hours from"),
        (["--place", "99999"], 1, "no place has the code '99999'"),
        (["--counts", "after_hours"], 2, "measurement.field"),
        (["--where", "play"], 2, "is no condition"),
        (["--from", "yesterday"], 2, "yesterday"),
    ],
)
def test_faults_are_said_and_nothing_is_written(run, site, options, code, said):
    made = run("new", "hours", *NAMED, *options)
    assert (made.exit_code, said in made.stderr) == (code, True), made.output
    assert not (site / "policies").exists()


def test_a_policy_that_could_never_fire_is_refused(run, site):
    made = run("new", "presence", *NAMED, "--least", "100", "--over", "10m")
    assert made.exit_code == 2
    assert "10m hold 10 points, never 100" in made.stderr
    assert not (site / "policies").exists()


def test_an_id_or_a_title_that_is_taken_is_refused(run):
    assert "the id 'silent-pc' is taken" in run("new", "stack", "--id", "silent-pc", *NAMED[2:]).stderr
