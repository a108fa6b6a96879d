"""What a setting may hold, and in which words it is refused."""

from pathlib import Path

import pytest

from collector.agent import kinds

BASE = Path("/etc/quannet")


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (True, "true or false"),
        (7, "a number"),
        (0.5, "a decimal number"),
        ("x", "a text"),
        ([], "a list"),
        ({}, "a table"),
        (None, "a NoneType"),
    ],
)
def test_a_kind_has_a_plain_name(value: object, named: str) -> None:
    assert kinds.kind(value) == named


def test_numbers_keep_their_kind() -> None:
    whole, any_number = kinds.number(1, 10, whole=True), kinds.number(1, 10)
    assert (whole(3, BASE), type(whole(3, BASE))) == (3, int)
    assert (any_number(3, BASE), type(any_number(3, BASE))) == (3.0, float)
    for bad in (0, 11, 2.5, True, "3", float("nan"), float("inf")):
        with pytest.raises(ValueError, match=r"is "):
            whole(bad, BASE)
    for bad in (0.99, 10.01, float("nan"), float("inf"), True, "3"):
        with pytest.raises(ValueError, match=r"is "):
            any_number(bad, BASE)


def test_paths_start_at_the_folder_of_the_file() -> None:
    assert kinds.path("state", BASE) == BASE / "state"
    assert kinds.path("/var/lib/quannet", BASE) == Path("/var/lib/quannet")


def test_a_slug_is_what_a_topic_can_hold() -> None:
    assert kinds.slug(str.isalpha)("abc", BASE) == "abc"
    with pytest.raises(ValueError, match="topic cannot hold"):
        kinds.slug(str.isalpha)("a/b", BASE)


def test_files_and_folders_are_looked_for(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert kinds.file("file", tmp_path) == tmp_path / "file"
    assert kinds.folder("new", tmp_path) == tmp_path / "new"
    for take, bad in ((kinds.file, "new"), (kinds.file, "."), (kinds.folder, "file")):
        with pytest.raises(ValueError, match=r"names no file|is no folder"):
            take(bad, tmp_path)
