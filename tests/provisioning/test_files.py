"""A file is there whole, old or new, and a secret one is never readable by others."""

from __future__ import annotations

import stat

import pytest

from provisioning import files


@pytest.mark.parametrize("mode", [files.PUBLIC, files.SECRET])
def test_a_file_is_replaced_with_the_mode_asked_for(mode, tmp_path):
    path = tmp_path / "new" / "file"
    files.write(path, b"one", files.PUBLIC)
    files.write(path, b"two", mode)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"two", mode)
    assert [p.name for p in path.parent.iterdir()] == ["file"]


def test_a_write_that_fails_leaves_what_was_there_and_nothing_else(tmp_path):
    target = tmp_path / "file"
    target.mkdir()
    (target / "kept").write_text("kept", "utf-8")
    with pytest.raises(OSError, match="directory"):
        files.write(target, b"new", files.PUBLIC)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
    assert (target / "kept").read_text("utf-8") == "kept"
