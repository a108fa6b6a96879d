"""The list in force, whatever becomes of the file that it came in."""

from collections.abc import Callable
from pathlib import Path

import pytest

from collector.agent.blocklist.follow import Followed


def test_a_list_is_replaced_and_a_damaged_one_leaves_the_old_in_force(
    tmp_path: Path, compiled: Callable[..., Path]
) -> None:
    path = tmp_path / "list"
    lists = Followed(path, tmp_path / "own")
    with pytest.raises(OSError, match=r"list: .*No such file"):
        lists.renew()
    assert lists.match("a.test") is None
    path.write_bytes(b"no list")
    with pytest.raises(OSError, match="list: shorter"):
        lists.renew()
    compiled(path, authority=["a.test"])
    lists.renew()
    assert lists.match("www.a.test") is not None
    path.write_bytes(b"no list")  # into the very file that was taken
    lists.renew()
    assert lists.match("a.test") is not None
    compiled(path, authority=["b.test"])
    lists.renew()
    assert (lists.match("a.test"), lists.match("b.test") is None) == (None, False)
    path.unlink()
    lists.renew()
    assert lists.match("b.test") is not None


def test_the_last_good_list_outlives_a_restart(tmp_path: Path, compiled: Callable[..., Path]) -> None:
    path = compiled(tmp_path / "list", authority=["a.test"])
    Followed(path, tmp_path / "own").renew()
    path.write_bytes(b"cut off")
    again = Followed(path, tmp_path / "own")
    again.renew()
    assert again.match("a.test") is not None


def test_a_list_is_not_taken_again_while_it_is_the_same(
    tmp_path: Path, compiled: Callable[..., Path]
) -> None:
    lists = Followed(compiled(tmp_path / "list", authority=["a.test"]), tmp_path / "own")
    lists.renew()
    kept = [path.stat().st_mtime_ns for path in (tmp_path / "own").iterdir()]
    lists.renew()
    assert [path.stat().st_mtime_ns for path in (tmp_path / "own").iterdir()] == kept
