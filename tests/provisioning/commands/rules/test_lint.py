"""`rules lint` says what is wrong, and with --online what the database says."""

import json

from provisioning.local.process import free_port


def test_what_is_only_good_to_know_fails_nothing_unless_asked_to(run, site):
    assert (
        run("new", "hours", "--id", "old", "--title-vi", "Trước đây", "--title-en", "Formerly").exit_code == 0
    )
    told = run("lint", "--json")
    assert told.exit_code == 0
    problems = json.loads(told.stdout)["problems"]
    assert [(p["check"], p["severity"]) for p in problems] == [("policy/in-force", "info")]
    assert run("lint", "--fail-on", "info").exit_code == 1


def test_a_database_that_is_away_gives_exit_code_3(run, site):
    text = (site / "site.yaml").read_text("utf-8")
    (site / "site.yaml").write_text(text.replace(":8086", f":{free_port()}"), "utf-8")
    result = run("lint", "--online")
    assert result.exit_code == 3
    assert result.stderr.startswith("error: ")


def test_an_empty_database_is_doubted(run, site, influxd):
    text = (site / "site.yaml").read_text("utf-8")
    (site / "site.yaml").write_text(text.replace("http://127.0.0.1:8086", influxd.access.url), "utf-8")
    result = run("lint", "--online")
    assert result.exit_code == 1
    assert "the database has nothing of 'ledger' yet" in result.stdout
