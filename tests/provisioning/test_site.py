"""What is wrong in a site folder is said at once, with file, line, column and what to write."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from collector.agent.config import CATALOGUE
from collector.problem import Severity, as_text
from provisioning import site
from provisioning.scaffold import EXAMPLE

HERE = Path(__file__).parent
BAD = sorted(path.name for path in (HERE / "bad").iterdir())
AS_GAME = "yb-0031,Game Nam Cường,game,04273,phường Nam Cường,21.753,104.880,8,,,,{},"
NO_RULE = {"hours-missing", "venue-own-hours-missing"}  # true, and worth a word; but no fault


@pytest.mark.parametrize("fault", BAD)
def test_one_fault_is_said_in_these_words(fault, site_folder):
    where = site_folder(overlay=HERE / "bad" / fault)
    found, problems = site.load(where)
    expected = (HERE / "bad" / fault / "expected.txt").read_text("utf-8")
    assert as_text(problems).replace(f"{where}/", "") == expected
    assert (found is None) == (fault not in NO_RULE)


def test_the_base_of_the_faults_has_none(site_folder):
    assert site.examine(site_folder()) == []


def test_faults_of_all_files_come_together_and_in_order(site_folder):
    where = site_folder(
        ("site.yaml", "host: localhost", "hots: localhost"),
        ("venues.csv", "yb-0031,", "YB-0031,"),
        ("venues.csv", "21.754", "2.1754"),
        ("places.csv", "Nam Cuong Ward,commune", "Nam Cuong Ward,ward"),
    )
    places = [(Path(p.place.path).name, p.place.line) for p in site.examine(where)]
    assert places == [
        ("places.csv", 5),
        ("site.yaml", 9),
        ("site.yaml", 9),  # `hots` is unknown, and `host` is missing
        ("venues.csv", 3),
        ("venues.csv", 4),
    ]


@pytest.mark.parametrize("name", ["site.yaml", "venues.csv", "places.csv"])
def test_a_file_that_is_missing_is_a_fault_of_its_own(name, site_folder):
    where = site_folder()
    (where / name).unlink()
    assert [(p.check, Path(p.place.path).name) for p in site.examine(where)] == [("file/read", name)]


def test_a_venue_may_change_its_class_and_keep_its_id(site_folder):
    where = site_folder(
        (
            "venues.csv",
            "8,,,,2025-07-01,",
            "8,,,,2025-07-01,2026-01-15\n" + AS_GAME.format("2026-01-15"),
        )
    )
    assert site.examine(where) == []


def test_one_day_in_two_rows_of_a_venue_is_an_overlap(site_folder):
    where = site_folder(
        (
            "venues.csv",
            "8,,,,2025-07-01,",
            "8,,,,2025-07-01,2026-01-15\n" + AS_GAME.format("2026-01-14"),
        )
    )
    assert [(p.check, p.place.line) for p in site.examine(where)] == [("registry/overlap", 4)]


def test_a_code_that_changed_its_meaning_serves_a_venue_through_the_change(site_folder):
    where = site_folder(
        (
            "places.csv",
            "04273,2025-07-01",
            "04273,2024-01-01,2025-07-01,Xã Trước,Former Commune,commune,15,,\n04273,2025-07-01",
        ),
        ("venues.csv", "8,,,,2025-07-01,", "8,,,,2024-07-01,"),
    )
    assert site.examine(where) == []


def test_a_venue_outlives_its_place_only_with_a_further_row(site_folder):
    where = site_folder(("places.csv", "04273,2025-07-01,,", "04273,2025-07-01,2026-05-01,"))
    said = [(p.check, p.place.line, p.summary) for p in site.examine(where)]
    assert said == [
        ("registry/place", line, "no place has the code '04273' on 2026-05-01") for line in (3, 4)
    ]


def test_a_policy_of_the_site_itself_is_read_and_its_faults_are_placed(site_folder):
    where = site_folder()
    (where / "policies" / "ours.yaml").write_text("id: ours\n", "utf-8")
    assert {p.place.path for p in site.examine(where)} == {f"{where}/policies/ours.yaml"}


def test_a_game_catalogue_of_the_site_is_judged_by_the_agents_own_reader(site_folder):
    where = site_folder()
    shutil.copyfile(CATALOGUE, where / "games.csv")
    assert site.examine(where) == []
    (where / "games.csv").write_text("id,title\n", "utf-8")
    assert [(p.check, Path(p.place.path).name) for p in site.examine(where)] == [
        ("catalogue/columns", "games.csv")
    ]


def test_the_example_is_clean_but_for_the_hotel_whose_hours_nobody_set():
    found, problems = site.load(EXAMPLE)
    assert [(p.severity, p.summary) for p in problems] == [
        (Severity.INFO, "no rule known: nothing sets opening hours for class hospitality (yb-0107)")
    ]
    assert found is not None
    assert {row.klass for row in found.venues} == {"game", "agent", "isp", "hospitality"}
    assert len(found.venue_ids) == 12
