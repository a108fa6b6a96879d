"""The check finds what is wrong in generated boards, and nothing where nothing is."""

import json
from datetime import datetime, timedelta

import pytest

from collector.clock import SystemClock
from collector.influx import Access, Influx, Unavailable
from collector.problem import as_text
from dashboards.check import check


def now() -> datetime:
    return SystemClock().wall()


@pytest.fixture
def spoil(folder, tmp_path):
    """Copies the boards with one of them changed by a function."""

    def make(change, name="quannet-province.json"):
        for path in folder.glob("*.json"):
            (tmp_path / path.name).write_text(path.read_text("utf-8"), "utf-8")
        board = json.loads((tmp_path / name).read_text("utf-8"))
        change(board)
        (tmp_path / name).write_text(json.dumps(board, indent=1, ensure_ascii=False), "utf-8")
        return tmp_path

    return make


def panel(board, number):
    return next(p for p in board["panels"] if p["id"] == number)


def test_our_boards_are_clean_where_the_province_is_full(folder, province):
    assert check(folder, province, now()) == []


def test_an_empty_database_leaves_every_panel_empty_but_the_count_of_violations(folder, influx):
    found = check(folder, influx, now())
    empty = {(p.place.path.split("/")[-1], p.summary) for p in found if p.check == "board/empty"}
    assert len([path for path, _ in empty if path == "quannet-province.json"]) == 6
    assert not any("(Vi phạm đang diễn ra)" in summary for _, summary in empty)
    assert [p.summary for p in found if p.check == "board/variable"] == ["variable 'venue' has no option"] * 2


def test_an_empty_database_is_no_problem_before_the_first_agent(folder, influx):
    assert check(folder, influx, now(), full=False) == []


def test_a_query_that_the_database_refuses_is_named_with_its_words_and_its_line(spoil, province):
    def change(board):
        panel(board, 5)["targets"][0]["query"] = (
            'SELECT medium("pcs") FROM "games" WHERE "place" =~ /^$place$/'
        )

    found = check(spoil(change), province, now())
    assert {p.check for p in found} == {"board/query"}
    assert {p.summary.split(": ")[-1] for p in found} == {"undefined function medium()"}
    assert any(" with place = 04648: " in p.summary for p in found)
    assert 'SELECT medium(\\"pcs\\")' in found[0].place.source
    assert "quannet-province.json:" in as_text(found)


@pytest.mark.parametrize(
    ("number", "change", "verdict"),
    [
        (6, lambda p: p.update(id=5), "board/id"),
        (6, lambda p: p["gridPos"].update(x=11), "board/grid"),
        (6, lambda p: p["gridPos"].update(w=13), "board/grid"),
        (6, lambda p: p.update(description=""), "board/description"),
        (6, lambda p: p["fieldConfig"]["defaults"].pop("unit"), "board/unit"),
        (6, lambda p: p.update(type="graph"), "board/kind"),
        (8, lambda p: p["transformations"].append({"id": "rowsToFields", "options": {}}), "board/query"),
        (6, lambda p: p["targets"][0].update(query='SELECT "none" FROM "nothing"'), "board/empty"),
    ],
)
def test_a_fault_of_a_panel_is_found(number, change, verdict, spoil, province):
    found = check(spoil(lambda board: change(panel(board, number))), province, now())
    assert {p.check for p in found} == {verdict}
    assert all(p.details and p.place.line > 1 for p in found)


def test_a_variable_whose_query_fails_is_named(spoil, province):
    def change(board):
        board["templating"]["list"][0]["query"] = "SHOW TAG VALUE"

    found = check(spoil(change, "quannet-venue.json"), province, now())
    assert [p.check for p in found] == ["board/variable"]
    assert "error parsing query" in found[0].summary


def test_two_boards_with_one_uid_are_a_fault(spoil, province):
    found = check(spoil(lambda board: board.update(uid="quannet-venue")), province, now())
    assert [p.summary for p in found] == ["uid 'quannet-venue' is also that of quannet-province.json"]


def test_what_is_no_dashboard_is_said_and_the_others_are_still_checked(spoil, province):
    folder = spoil(lambda board: panel(board, 1).update(description=""))
    (folder / "a.json").write_text("{", "utf-8")
    (folder / "b.json").write_text('{"uid": "b"}', "utf-8")
    assert [p.check for p in check(folder, province, now())] == [
        "board/format",
        "board/format",
        "board/description",
    ]


def test_an_empty_folder_is_no_success(tmp_path, province):
    assert [p.check for p in check(tmp_path, province, now())] == ["board/none"]


def test_a_database_that_cannot_be_reached_gives_no_verdict(folder):
    with pytest.raises(Unavailable):
        check(folder, Influx(Access("http://127.0.0.1:1", "x", api="v1")), now())


def test_the_range_of_the_board_is_asked_from_the_given_moment(folder, province):
    """A week ago nothing was written; what asks for now still answers."""
    found = check(folder, province, now() - timedelta(days=7))
    empty = {p.summary for p in found}
    assert "panel 5 (Máy trực tuyến và máy đang chơi) shows nothing" in empty
    assert "panel 2 (Đang chơi) shows nothing" not in empty
