"""Plans are the same whenever they are made, and writing them touches only what is ours."""

from __future__ import annotations

import json
import tomllib

import pytest
import yaml

from collector import deploy
from provisioning import plan, site
from provisioning.scaffold import EXAMPLE, GENERATED


@pytest.fixture
def planned(good_site):
    return plan.plan(good_site())


def rows_reversed(path):
    header, *rows = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join([header, *reversed(rows)]), "utf-8")


def test_two_plans_are_equal_whatever_the_order_of_rows(site_folder):
    where = site_folder()
    first = plan.plan(site.load(where)[0])
    rows_reversed(where / "venues.csv")
    rows_reversed(where / "places.csv")
    second = plan.plan(site.load(where)[0])
    assert list(first.items()) == list(second.items())


def test_the_committed_output_of_the_example_is_current():
    found, _ = site.load(EXAMPLE)
    assert plan.diff(plan.plan(found), EXAMPLE / GENERATED) == "", "run `make generate`"


def test_every_file_is_what_its_name_says(planned):
    parsers = {"json": json.loads, "toml": tomllib.loads, "yaml": yaml.safe_load}
    seen = {suffix for path, text in planned.items() if (suffix := path.rpartition(".")[2]) in parsers}
    assert seen == {"json", "toml", "yaml"}
    for path, text in planned.items():
        assert text.endswith("\n"), path
        parse = parsers.get(path.rpartition(".")[2])
        assert parse is None or parse(text), path


def test_a_place_of_the_files_is_where_the_manifest_says(planned):
    assert planned[plan.MANIFEST].splitlines() == sorted(set(planned) - {plan.MANIFEST})


def test_what_is_applied_is_current_and_a_second_time_nothing_is_touched(planned, tmp_path):
    out = tmp_path / "out"
    assert not plan.is_current(planned, out)
    assert set(plan.apply(planned, out)) == set(planned) - {plan.MANIFEST}
    assert plan.is_current(planned, out)
    assert plan.apply(planned, out) == []
    assert plan.diff(planned, out) == ""


def test_a_vanished_file_of_ours_goes_and_its_folder_too_but_a_stranger_stays(planned, tmp_path):
    out = tmp_path / "out"
    plan.apply(
        {**planned, "old/ours.txt": "x\n", plan.MANIFEST: planned[plan.MANIFEST] + "old/ours.txt\n"}, out
    )
    (out / "mosquitto" / "theirs.conf").write_text("stranger", "utf-8")
    assert "+++ /dev/null" in plan.diff(planned, out)
    assert not plan.is_current(planned, out)
    assert plan.apply(planned, out) == ["old/ours.txt"]
    assert not (out / "old").exists()
    assert (out / "mosquitto" / "theirs.conf").read_text("utf-8") == "stranger"


@pytest.mark.parametrize("path", ["../precious", "/tmp/precious"])
def test_a_manifest_that_points_elsewhere_removes_nothing(path, planned, tmp_path):
    out = tmp_path / "out"
    plan.apply(planned, out)
    precious = tmp_path / "precious"
    precious.write_text("kept", "utf-8")
    named = path.replace("/tmp", str(tmp_path))
    (out / plan.MANIFEST).write_text(planned[plan.MANIFEST] + f"{named}\n", "utf-8")
    assert plan.apply(planned, out) == []
    assert precious.read_text("utf-8") == "kept"


def test_a_diff_shows_old_and_new_lines(planned, tmp_path):
    plan.apply(planned, tmp_path)
    (tmp_path / "server.toml").write_text(
        planned["server.toml"].replace('language = "vi"', 'language = "en"'), "utf-8"
    )
    lines = plan.diff(planned, tmp_path).splitlines()
    assert lines[:2] == ["--- server.toml", "+++ server.toml"]
    assert '-language = "en"' in lines
    assert '+language = "vi"' in lines


def test_the_servers_processes_can_read_it(planned, tmp_path):
    plan.apply(planned, tmp_path)
    read = deploy.load(tmp_path)
    assert (read.name, read.broker.user, read.mail.starttls) == ("Tỉnh Lào Cai", "quannet.server", True)
    assert [venue.id for venue in read.roster().get().venues] == ["yb-0012", "yb-0031", "yb-0100"]
