"""The generated JSON as values, read again when a file changes."""

import json
import os

import pytest

from dashboards.preview.reader import Boards, read


def test_our_boards_are_read_whole(folder):
    boards = Boards(folder).get()
    assert list(boards) == ["quannet-province", "quannet-sites", "quannet-venue"]
    venue = boards["quannet-venue"]
    assert [panel.kind for panel in venue.panels] == [
        *["stat"] * 3, "state-timeline", "timeseries", "table", *["timeseries"] * 3, *["table"] * 2,
    ]  # fmt: skip
    assert venue.variables[0].query.startswith("SHOW TAG VALUES")
    assert venue.links[0].url == "/d/quannet-province"
    assert venue.time == ("now-6h/m", "now-1m/m")
    assert boards["quannet-province"].variables[0].options[0] == ("04648", "Phường Yên Bái")


def test_a_changed_file_is_read_again_and_a_vanished_one_is_gone(folder, tmp_path):
    path = tmp_path / "venue.json"
    text = (folder / "quannet-venue.json").read_text("utf-8")
    path.write_text(text, "utf-8")
    boards = Boards(tmp_path)
    first = boards.get()["quannet-venue"]
    assert boards.get()["quannet-venue"] is first
    path.write_text(json.dumps(json.loads(text) | {"title": "Khác"}), "utf-8")
    os.utime(path, ns=(1, 1))
    assert boards.get()["quannet-venue"].title == "Khác"
    path.unlink()
    assert boards.get() == {}


@pytest.mark.parametrize("text", ["[]", "{}", '{"uid": "x", "title": "x", "panels": [1]}', "no json"])
def test_what_is_no_dashboard_is_a_value_error(text, tmp_path):
    path = tmp_path / "x.json"
    path.write_text(text, "utf-8")
    with pytest.raises(ValueError):
        read(path)
