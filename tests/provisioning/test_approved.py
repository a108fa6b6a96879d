"""The imported list of approved games: what it says of a catalogue's games, and that not found forbids nothing."""

import pytest

from collector.agent.catalogue import COLUMNS, loads
from collector.problem import Severity
from provisioning import approved, site

HEADER = "title,publisher,decision,valid_from,valid_to,status,game"
GAMES = """\
alpha,Alpha,Nhà A,game,alpha.exe,,,,,,thử
beta,Beta (Bê Ta),Nhà B,game,beta.exe,,,,,,thử
emu,Máy ảo,Nhà E,emulator,emu.exe,,,,,,thử
"""


@pytest.fixture
def catalogue():
    found, problems = loads(",".join(COLUMNS) + "\n" + GAMES, "games.csv")
    assert problems == []
    return found


@pytest.fixture
def read(tmp_path, catalogue):
    def run(*rows, header=HEADER):
        path = tmp_path / approved.NAME
        path.write_text("\n".join((header, *rows)) + "\n", "utf-8")
        return approved.load(path, approved.NAME, catalogue)

    return run


def states(found):
    assert found[0] is not None
    return found[0].states


def test_of_each_game_the_list_says_released_or_ceased_or_nothing(read):
    found = read("Alpha,Nhà A,1/QĐ,2023-01-05,,released,")
    assert states(found) == {"alpha": "released", "beta": "unknown"}
    assert found[0].unlisted == ("beta",)
    assert states(read("Alpha,,,,,ceased,", "Beta,,,,,released,")) == {"alpha": "ceased", "beta": "released"}


def test_an_emulator_is_no_title_and_never_unlisted(read):
    found, _ = read("Alpha,,,,,ceased,")
    assert found.unlisted == ("alpha", "beta")


@pytest.mark.parametrize("title", ["ALPHA", " al-pha ", "Alpha™!", "Al pha"])
def test_case_spaces_and_punctuation_make_no_other_title(read, title):
    assert states(read(f"{title},,,,,released,"))["alpha"] == "released"


@pytest.mark.parametrize("title", ["Alpha 2", "Alphabet", "Al"])
def test_a_title_that_only_begins_alike_is_another(read, title):
    assert states(read(f"{title},,,,,released,", "Beta,,,,,released,"))["alpha"] == "unknown"


@pytest.mark.parametrize("title", ["Beta", "Bê Ta", "Be\u0302 Ta", "Beta (Bê Ta)"])
def test_both_names_of_a_game_are_found_however_accents_are_encoded(read, title):
    assert states(read(f"{title},,,,,released,"))["beta"] == "released"


def test_where_titles_differ_the_row_names_the_games(read):
    assert states(read('Tên khác,,,,,released,"alpha; beta"')) == {"alpha": "released", "beta": "released"}
    # A row that names its game is that game alone, whatever its title is like.
    assert states(read("Alpha,,,,,released,beta")) == {"alpha": "unknown", "beta": "released"}


def test_of_several_rows_of_a_title_the_latest_decides(read):
    old, new = "Alpha,,,2020-01-01,,released,", "Alpha,,,2023-06-01,,ceased,"
    assert states(read(old, new))["alpha"] == states(read(new, old))["alpha"] == "ceased"
    assert states(read("Alpha,,,,,ceased,", old))["alpha"] == "released"  # without a day: before all others
    same_day = read("Alpha,Nhà A,,2020-01-01,,ceased,", "Alpha,Nhà B,,2020-01-01,,released,")
    assert states(same_day)["alpha"] == "released"


def test_how_many_were_found_is_said_and_which_are_unknown(read):
    (problem,) = read("Alpha,,,,,released,")[1]
    assert (problem.check, problem.severity) == ("approved/games", Severity.INFO)
    assert problem.summary == (
        "1 of the catalogue's 2 games are on the list as released; 1 were not found and are unknown (Beta (Bê Ta))"
    )


def test_a_list_that_knows_none_of_the_games_makes_no_rule_and_is_a_warning(read):
    found, (problem,) = read("Gamma,,,,,released,", "Delta,,,,,released,")
    assert found.unlisted == ()
    assert (problem.check, problem.severity) == ("approved/nothing", Severity.WARNING)


def test_the_columns_but_two_may_be_left_out(read):
    assert states(read("Alpha,released", header="title,status"))["alpha"] == "released"


def test_all_faults_come_together(read):
    found, problems = read("***,,,,,released,", "Alpha,,,2023-01-05,2023-01-05,released,omega")
    assert found is None
    assert [(p.check, p.place.line) for p in problems] == [
        ("approved/title", 2),
        ("approved/dates", 3),
        ("approved/game", 3),
    ]


def test_without_a_list_a_site_has_no_unlisted_games(good_site):
    assert good_site().unlisted_games == ()


def test_a_sites_list_is_held_against_the_agents_catalogue(site_folder):
    where = site_folder()
    (where / approved.NAME).write_text(
        f"{HEADER}\nLeague of Legends,,,,,released,\nĐột Kích,,,,,ceased,\n", "utf-8"
    )
    found, problems = site.load(where)
    assert "approved/games" in [problem.check for problem in problems]
    assert "league-of-legends" not in found.unlisted_games
    assert {"crossfire", "valorant"} <= set(found.unlisted_games)


def test_a_sites_list_is_held_against_its_own_catalogue_where_it_has_one(site_folder):
    where = site_folder()
    (where / "games.csv").write_text(",".join(COLUMNS) + "\n" + GAMES, "utf-8")
    (where / approved.NAME).write_text(f"{HEADER}\nAlpha,,,,,released,\n", "utf-8")
    assert site.load(where)[0].unlisted_games == ("beta",)


def test_a_faulty_catalogue_is_one_fault_and_not_two(site_folder):
    where = site_folder()
    (where / "games.csv").write_text("id\n", "utf-8")
    (where / approved.NAME).write_text(f"{HEADER}\nAlpha,,,,,released,alpha\n", "utf-8")
    assert [problem.check for problem in site.examine(where)] == ["catalogue/columns"]
