"""The two commands as an administrator meets them, on a real database."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner

import cli
from collector.clock import SystemClock, local
from collector.databases import settle_all
from collector.deploy import load
from collector.influx import Influx
from collector.summary import midnight, whole_since
from provisioning.local.influxd import Influxd
from provisioning.targets import server

TAGS = "venue=yb-0012,pc=07,place=04273,class=game"
TODAY = local(SystemClock().wall()).date()


@pytest.fixture
def deploy(good_site, tmp_path, influxd):
    """A function that deploys a site with a database of the test's own, for raw points for so many days."""
    name = f"keeping{abs(hash(str(tmp_path)))}"

    def make(url=influxd.access.url, raw_days=90):
        folder = tmp_path / f"deploy-{raw_days}"
        folder.mkdir(exist_ok=True)
        keep = replace(good.settings.keep, raw_days=raw_days)
        influx = replace(good.settings.influx, url=url, database=name)
        changed = replace(good, settings=replace(good.settings, keep=keep, influx=influx))
        for path, text in server.render(changed).items():
            (folder / path).write_text(text, "utf-8")
        return folder

    good = good_site()
    yield make
    for database in (name, f"{name}-daily"):
        influx = Influx(replace(influxd.access, database=database))
        influx.drop_database()
        influx.close()


def run(*words):
    result = CliRunner().invoke(cli.main, [str(word) for word in words], catch_exceptions=False)
    return result.exit_code, result.stdout.splitlines(), result.stderr.strip()


def play(deploy, day, n):
    influx = Influx(load(deploy).influx)
    at = int(midnight(day).timestamp()) + 3600 + n
    influx.write([f'agent,{TAGS} stream="s",n={n}i {at}', f"games,{TAGS},game=cs2 play=30i {at}"])
    influx.close()


def plays(deploy):
    influx = Influx(load(deploy).summaries)
    found = [row[1] for one in influx.query('SELECT "play" FROM "daily"') for row in one.rows]
    influx.close()
    return found


def test_databases_are_made_once_and_follow_the_site(deploy):
    folder = deploy()
    name = load(folder).influx.database
    assert run("database", "--deploy", folder, "--check") == (
        1,
        [
            f"{name}: raw points for 90 days; not made yet",
            f"{name}-daily: daily summaries for 1827 days; not made yet",
        ],
        "",
    )
    assert run("database", "--deploy", folder)[:2] == (
        0,
        [f"{name}: raw points for 90 days; made", f"{name}-daily: daily summaries for 1827 days; made"],
    )
    assert run("database", "--deploy", folder, "--check")[0] == 0
    code, (raw, summaries), _ = run("database", "--deploy", deploy(raw_days=30))
    assert (code, raw) == (0, f"{name}: raw points for 30 days; it kept them for 90 days")
    assert summaries == f"{name}-daily: daily summaries for 1827 days, as it was"
    code, told, _ = run("database", "--deploy", folder, "--check", "--json")
    assert (code, [row["days_found"] for row in json.loads("\n".join(told))["databases"]]) == (1, [30, 1827])


def test_a_run_sums_up_its_days_in_one_line_and_a_replay_corrects_them(deploy):
    folder = deploy()
    settle_all(load(folder))
    for back in (0, 1, 8):
        play(folder, TODAY - timedelta(days=back), 1)
    code, (line,), talk = run("summarise", "--deploy", folder)
    assert (code, talk) == (0, "")
    first = whole_since(SystemClock().wall(), 90)
    assert line == f"{first} to {TODAY}: 3 summaries written; 0 violations kept"
    assert plays(folder) == [30, 30, 30]
    play(folder, TODAY - timedelta(days=8), 2)
    code, told, _ = run("summarise", "--deploy", folder, "--json")
    days = json.loads("\n".join(told))["days"]
    assert [d["day"] for d in days] == [str(TODAY - timedelta(days=n)) for n in range(9, -1, -1)]
    assert plays(folder) == [60, 30, 30]


def test_a_day_or_some_days_may_be_asked_for(deploy):
    folder = deploy()
    settle_all(load(folder))
    for back in (0, 1, 20):
        play(folder, TODAY - timedelta(days=back), 1)
    there = TODAY - timedelta(days=20)
    assert run("summarise", "--deploy", folder, "--day", there)[1] == [
        f"{there} to {there}: 1 summaries written; 0 violations kept"
    ]
    assert plays(folder) == [30]
    run("summarise", "--deploy", folder, "--days", "2")
    assert plays(folder) == [30, 30, 30]
    code, _, talk = run("summarise", "--deploy", folder, "--days", "500")
    assert code == 0
    assert "days have all their raw points" in talk


def test_a_day_that_has_begun_to_expire_and_one_to_come_are_not_computed(deploy):
    folder = deploy(raw_days=30)
    settle_all(load(folder))
    code, _, talk = run("summarise", "--deploy", folder, "--day", TODAY - timedelta(days=31))
    assert code == 1
    assert "have expired, its summary stands; write" in talk
    assert run("summarise", "--deploy", folder, "--day", TODAY + timedelta(days=2))[0] == 2
    assert run("summarise", "--deploy", folder, "--day", TODAY, "--days", "2")[0] == 2


def test_without_the_databases_the_way_out_is_named(deploy):
    code, _, talk = run("summarise", "--deploy", deploy())
    assert code == 1
    assert talk.endswith("`quannet database` makes what is missing")


def test_a_database_that_is_away_leaves_the_day_to_the_next_run(deploy, tmp_path):
    with Influxd(tmp_path / "db") as server:
        folder = deploy(server.access.url)
        settle_all(load(folder))
        server.kill()
        for command in ("summarise", "database"):
            code, told, talk = run(command, "--deploy", folder)
            assert (code, told) == (3, [])
            assert talk.startswith("error: ")
        server.restart()
        play(folder, TODAY - timedelta(days=1), 1)
        assert run("summarise", "--deploy", folder)[0] == 0
        assert plays(folder) == [30]
