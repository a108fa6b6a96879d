"""Each key of a TOML file is found where it stands."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.agent import tomlplaces

TEXT = """# settings
venue = "yb-0012"

[broker] # of the province
  "host" = "mqtt"
port = 1
[ spool ]
folder = '''
port = 7
'''
"""


def write(folder: Path, data: bytes) -> Path:
    path = folder / "agent.toml"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("venue", (2, 1), (2, 9)),
        ("broker.host", (5, 3), (5, 12)),
        ("broker.port", (6, 1), (6, 8)),
        ("spool.folder", (8, 1), (8, 10)),
        ("spool.missing", (7, 3), (7, 3)),
        ("missing", (1, 1), (1, 1)),
    ],
)
def test_keys_and_values_are_found(
    tmp_path: Path, name: str, key: tuple[int, int], value: tuple[int, int]
) -> None:
    file, problems = tomlplaces.read(write(tmp_path, TEXT.encode()))
    assert problems == []
    assert (file.key(name).line, file.key(name).column) == key
    assert (file.value(name).line, file.value(name).column) == value


def test_values_are_found_by_dotted_name(tmp_path: Path) -> None:
    file, _ = tomlplaces.read(write(tmp_path, b"\xef\xbb\xbf" + TEXT.encode()))
    assert (file.values["venue"], file.values["broker.port"]) == ("yb-0012", 1)


def test_bytes_that_are_no_text_are_a_problem(tmp_path: Path) -> None:
    assert tomlplaces.read(write(tmp_path, b"venue = \xff"))[1][0].summary == "no UTF-8"


@given(st.text(st.sampled_from("a=\"[]\n#. 1'"), max_size=60))
def test_any_text_is_read_or_has_a_problem(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file, problems = tomlplaces.read(write(tmp_path_factory.getbasetemp(), text.encode()))
    if problems:
        assert problems[0].place.line >= 1
        with pytest.raises(tomllib.TOMLDecodeError):
            tomllib.loads(text)
    else:
        assert set(tomllib.loads(text)) <= set(file.values)
