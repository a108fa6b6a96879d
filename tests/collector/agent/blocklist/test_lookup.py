"""Names are found on label boundaries; a file that is not as it was written is refused."""

import pytest

from collector.agent.blocklist import DamagedError, Hit, List
from collector.agent.blocklist.layout import EXCEPTION, PRELUDE
from tests.collector.agent.blocklist.conftest import GROUP

NAMES = ("blocked.test", "a.b.c.test", "xn--bng--8na8hpj.vn")


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("blocked.test", "blocked.test"),
        ("www.blocked.test", "blocked.test"),
        ("WWW.Blocked.TEST.", "blocked.test"),
        ("x.a.b.c.test", "a.b.c.test"),
        ("m.xn--bng--8na8hpj.vn", "xn--bng--8na8hpj.vn"),
        ("a." * 100 + "blocked.test", "blocked.test"),
        ("notblocked.test", None),
        ("evil-blocked.test.example", None),
        ("blocked.test.example", None),
        ("b.c.test", None),
        ("test", None),
        ("", None),
        (".", None),
        ("..blocked.test", "blocked.test"),
        ("bl\\000ocked.test", None),
        ("blocked\\.test", None),
        ("\ud800.test", None),
        ("x" * 100_000, None),
    ],
)
def test_a_name_matches_on_label_boundaries(name, domain, make):
    hit = List.open(make("list", NAMES)).match(name)
    assert hit == (domain and Hit(domain, GROUP))


def test_an_exception_is_found_but_no_hit(make):
    opened = List.open(make("list", NAMES, ["free.blocked.test"]))
    assert opened.match("x.free.blocked.test") is None
    assert opened.find("x.free.blocked.test") == ("free.blocked.test", EXCEPTION)
    assert opened.match("x.blocked.test") == Hit("blocked.test", GROUP)


def test_a_hit_holds_the_listed_name_and_nothing_of_the_one_asked_for(make):
    hit = List.open(make("list", NAMES)).match("someones-private-name.blocked.test")
    assert "private" not in repr(hit)


@pytest.mark.parametrize("size", [0, 1, 2, 20, 5000])
def test_every_name_of_a_list_of_any_size_is_found_and_no_other(size, make):
    opened = List.open(make("list", [f"n{i}.test" for i in range(size)]))
    assert all(opened.match(f"n{i}.test") for i in range(size))
    assert not any(opened.match(f"m{i}.test") for i in range(2000))


@pytest.mark.parametrize("keep", [0, 10, PRELUDE.size, 200, -8, -1])
def test_a_file_that_was_cut_is_refused(keep, make):
    path = make("list", NAMES)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DamagedError):
        List.open(path)


def test_any_changed_byte_is_refused(make):
    path = make("list", NAMES)
    content = path.read_bytes()
    for at in range(len(content)):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        if 10 <= at < 12 or 20 <= at < PRELUDE.size:
            continue  # padding of the prelude, which nobody reads
        with pytest.raises(DamagedError):
            List.open(path)


def test_bytes_behind_the_end_are_refused(make):
    path = make("list", NAMES)
    path.write_bytes(path.read_bytes() + b"\0" * 8)
    with pytest.raises(DamagedError, match="not what its header says"):
        List.open(path)


def test_a_file_that_is_not_there_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        List.open(tmp_path / "list")
