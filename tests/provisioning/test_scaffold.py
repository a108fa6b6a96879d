"""A new site folder begins as the example, and only where nothing is."""

from __future__ import annotations

import pytest

from collector.problem import Severity
from provisioning import scaffold, site


def test_what_is_begun_can_be_loaded_at_once(tmp_path):
    names = scaffold.init(tmp_path / "new")
    assert {"site.yaml", "venues.csv", "places.csv"} <= set(names)
    files = (path for path in (tmp_path / "new").rglob("*") if path.is_file())
    assert sorted(path.relative_to(tmp_path / "new").as_posix() for path in files) == names
    assert all(p.severity is Severity.INFO for p in site.examine(tmp_path / "new"))


def test_a_folder_that_holds_something_is_refused_and_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine", "utf-8")
    with pytest.raises(FileExistsError, match="not empty"):
        scaffold.init(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
