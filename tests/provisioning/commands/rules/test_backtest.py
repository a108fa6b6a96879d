"""`rules backtest`: past days of a site's database, by its own policies and by others."""

import csv
import json
from dataclasses import replace
from datetime import datetime

import pytest
from click.testing import CliRunner

import cli
from alerts.load import BUILTIN
from collector.clock import LOCAL
from collector.influx import Influx
from provisioning.local.process import free_port

PC = "class=game,pc=07,place=04252,venue=yb-0012"
WEEK = ("--from", "2026-03-01", "--to", "2026-03-08")
OLD = "note: raw points are kept for 90 days: of what is older nothing is known\n"


def at(hour, minute=0):
    return int(datetime(2026, 3, 2, hour, minute, tzinfo=LOCAL).timestamp())


@pytest.fixture
def played(site, influxd):
    """The site's database: a PC on which a game ran from 21:29:30 to 22:19:30, stored by the hours of the law."""
    name = f"backtest{abs(hash(str(site)))}"
    text = (site / "site.yaml").read_text("utf-8")
    text = text.replace("http://127.0.0.1:8086", influxd.access.url).replace(
        "database: quannet", f"database: {name}"
    )
    (site / "site.yaml").write_text(text, "utf-8")
    influx = Influx(replace(influxd.access, database=name))
    influx.create_database()
    stamps = range(at(21, 30), at(22, 20), 30)
    influx.write([f"games,{PC},game=fc-online play=30i {stamp}" for stamp in stamps])
    influx.write([f"after_hours,{PC} play=30i {stamp}" for stamp in stamps if stamp > at(22)])
    yield influx
    influx.drop_database()
    influx.close()


@pytest.fixture
def others(tmp_path):
    """A folder with one changed policy."""

    def make(old, new, policy="after-hours-game"):
        folder = tmp_path / "others"
        folder.mkdir()
        text = (BUILTIN / f"{policy}.yaml").read_text("utf-8")
        assert old in text
        (folder / f"{policy}.yaml").write_text(text.replace(old, new), "utf-8")
        return str(folder)

    return make


def test_a_night_is_told_as_table_csv_and_picture(run, played, tmp_path):
    files = [str(tmp_path / name) for name in ("week.csv", "week.png", "week.svg")]
    words = ("--policy", "after-hours-game", "--csv", files[0], "--picture")
    result = run("backtest", *WEEK, *words, files[1])
    assert (result.exit_code, result.stderr) == (0, OLD)
    assert "1 rules, 10080 evaluations" in result.stdout
    assert "2026-03-02 22:01  2026-03-02 22:06  2026-03-02 22:22" in result.stdout
    with (tmp_path / "week.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (row["venue"], row["pc"], row["seconds"]) == ("yb-0012", "07", "960")
    assert (tmp_path / "week.png").read_bytes().startswith(b"\x89PNG")
    assert run("backtest", *WEEK, *words, files[2]).exit_code == 0
    assert (tmp_path / "week.svg").read_bytes().startswith(b"<?xml")


def test_all_rules_are_judged_by_two_processes_and_told_as_json(run, played):
    result = run("backtest", "--from", "2026-03-02T20:00", "--to", "2026-03-03", "--workers", "2", "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    episodes = {row["policy"]: row for row in told["episodes"] if row["venue"]}
    assert episodes["after-hours-game"]["fired"] == "2026-03-02T22:06:00+07:00"
    assert {row["policy"] for row in told["policies"]} > {"after-hours-game", "ingest-stalled"}
    assert not [row for row in told["policies"] if row["fault"]]


def test_the_phase_moves_each_evaluation(run, played):
    result = run("backtest", *WEEK, "--policy", "after-hours-game", "--phase", "40s", "--json")
    (episode,) = json.loads(result.stdout)["episodes"]
    assert episode["fired"] == "2026-03-02T22:05:40+07:00"


def test_a_changed_threshold_loses_and_keeps(run, played, others):
    folder = others("for: 5m", "for: 10m")
    result = run("backtest", *WEEK, "--policy", "after-hours-game", "--with", folder)
    assert result.exit_code == 0
    assert result.stdout.endswith(
        "policy            episodes  then  lost  gained  venues  then  firing  less  more\n"
        "after-hours-game         1     1     0       0       1     1     16m    5m     0\n"
    )
    assert "other hours" not in result.stderr


def test_changed_hours_are_decided_anew_from_the_samples(run, played, others, tmp_path):
    folder = others("22:00-08:00", "21:00-08:00")
    words = ("--policy", "after-hours-game", "--with", folder, "--csv", str(tmp_path / "x.csv"), "--json")
    result = run("backtest", *WEEK, *words)
    assert result.exit_code == 0
    (found,) = json.loads(result.stdout)["compared"]
    assert (found["before"]["seconds"], found["after"]["seconds"]) == (960, 2760)
    assert (found["seconds_less"], found["seconds_more"]) == (0, 1800)
    with (tmp_path / "x.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert row["fired"] == "2026-03-02T21:36:00+07:00"
    assert "venues would have had other hours: what was after hours is decided anew" in result.stderr


def test_a_deployment_is_asked_by_its_generated_files(run, site, played, tmp_path):
    out = str(tmp_path / "deploy")

    def command(*words):
        return CliRunner().invoke(cli.main, words, catch_exceptions=False)

    command("provision", "--site", str(site), "--out", out)
    told = command("rules", "backtest", "--deploy", out, *WEEK, "--policy", "after-hours-game", "--json")
    same = run("backtest", *WEEK, "--policy", "after-hours-game", "--json")
    assert json.loads(told.stdout) == json.loads(same.stdout)
    wrong = command("rules", "backtest", "--deploy", out, *WEEK, "--with", out)
    assert (wrong.exit_code, "--deploy holds no policies" in wrong.stderr) == (2, True)
    assert command("rules", "backtest", "--deploy", str(site), *WEEK).exit_code == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "2026-03-08", "--to", "2026-03-08"), "--from is not before --to"),
        ((*WEEK, "--picture", "week.pdf"), "write a name that ends with .png or .svg"),
        ((*WEEK, "--phase", "15s"), "Grafana ticks each 10 s"),
        ((*WEEK, "--phase", "soon"), "is no duration"),
        ((*WEEK, "--policy", "after-hours"), "no rule is generated for 'after-hours'"),
        (("--to", "2026-03-08"), "Missing option '--from'"),
    ],
)
def test_wrong_words_are_wrong_usage(run, words, said):
    result = run("backtest", *words)
    assert (result.exit_code, said in result.stderr) == (2, True), result.stderr


def test_faulty_policies_are_told_with_their_place(run, site, others):
    result = run("backtest", *WEEK, "--with", others("closed:", "open:"))
    assert result.exit_code == 1
    assert "after-hours-game.yaml:" in result.stderr


def test_a_database_that_is_away_gives_exit_code_3(run, site):
    text = (site / "site.yaml").read_text("utf-8")
    (site / "site.yaml").write_text(text.replace(":8086", f":{free_port()}"), "utf-8")
    result = run("backtest", *WEEK, "--workers", "1")
    assert result.exit_code == 3
    assert "error: " in result.stderr
