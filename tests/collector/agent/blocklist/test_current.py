"""One list is in force, whole, while it is replaced under those who look names up."""

import gc
import sys
import threading
import weakref
from pathlib import Path

import pytest

from collector.agent.blocklist import Current, DamagedError

ALWAYS = [f"always{i}.test" for i in range(200)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


def into(folder: Path, path: Path) -> Path:
    """As a download leaves it: in the same folder."""
    return path.rename(folder / "fetched.part")


def test_without_a_list_nothing_matches_and_there_is_no_version(folder):
    current = Current(folder)
    assert (current.match("blocked.test"), current.version, current.name) == (None, "", "")


def test_a_list_that_was_taken_is_in_force_also_after_a_restart(folder, make):
    current = Current(folder)
    current.take(into(folder, make("one", ["one.test"])), "aa")
    assert current.match("www.one.test")
    again = Current(folder)
    assert again.match("www.one.test")
    assert (again.name, again.version) == ("aa", current.version)


def test_replaced_under_load_no_lookup_misses_a_name_of_both_lists(folder, make):
    current = Current(folder)
    sizes = [make(f"l{i}", [*ALWAYS, *(f"n{j}.test" for j in range(1000 * i))]).read_bytes() for i in (0, 1)]
    stop = threading.Event()
    misses: list[str] = []
    looked = [0] * 4

    def look(number: int) -> None:
        while not stop.is_set():
            misses.extend(name for name in ALWAYS if current.match(f"www.{name}") is None)
            looked[number] += len(ALWAYS)

    (folder / "p").write_bytes(sizes[0])
    current.take(folder / "p", "start")
    threads = [threading.Thread(target=look, args=(n,)) for n in range(4)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for round_ in range(100):
            (folder / "p").write_bytes(sizes[round_ % 2])
            current.take(folder / "p", f"r{round_}")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        sys.setswitchinterval(interval)
    assert misses == []
    assert min(looked) > 0
    assert current.name == "r99"
    assert sorted(path.name for path in folder.iterdir()) == [
        "blocklist.json",
        "r98.blocklist",
        "r99.blocklist",
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/self/maps, which only Linux has")
def test_the_old_map_is_there_while_it_is_used_and_gone_afterwards(folder, make):
    current = Current(folder)
    current.take(into(folder, make("one", ["one.test"])), "aa")
    user = current._list
    gone = weakref.ref(user)
    current.take(into(folder, make("two", ["two.test"])), "bb")
    assert user.match("one.test")
    assert str(folder / "aa.blocklist") in Path("/proc/self/maps").read_text()
    del user
    gc.collect()
    assert gone() is None
    assert str(folder / "aa.blocklist") not in Path("/proc/self/maps").read_text()
    assert current.match("two.test")


@pytest.mark.parametrize("content", [b"", b"<html>", b"quannetB" + b"\0" * 100])
def test_a_damaged_list_is_refused_and_the_last_good_one_stays(content, folder, make):
    current = Current(folder)
    current.take(into(folder, make("one", ["one.test"])), "aa")
    (folder / "p").write_bytes(content)
    with pytest.raises(DamagedError):
        current.take(folder / "p", "bb")
    assert current.match("one.test")
    assert Current(folder).match("one.test")
    assert not (folder / "bb.blocklist").exists()


def test_a_list_damaged_on_the_disk_gives_way_to_the_one_before(folder, make):
    current = Current(folder)
    current.take(into(folder, make("one", ["one.test"])), "aa")
    current.take(into(folder, make("two", ["two.test"])), "bb")
    (folder / "bb.blocklist").write_bytes(b"cut")
    again = Current(folder)
    assert again.name == "aa"
    assert again.match("one.test")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": 3}', '{"files": ["../../etc/passwd", 7]}'])
def test_a_damaged_pointer_is_no_list(text, folder):
    folder.mkdir()
    (folder / "blocklist.json").write_text(text)
    assert Current(folder).version == ""


def test_the_list_in_force_taken_again_changes_nothing(folder, make):
    current = Current(folder)
    current.take(into(folder, make("one", ["one.test"])), "aa")
    held = current._list
    current.take(into(folder, make("one", ["one.test"])), "aa")
    assert current._list is held
    assert not (folder / "fetched.part").exists()
