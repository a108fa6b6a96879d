"""Files that people write: YAML and CSV with the place of every value, and every fault at once."""

from datetime import date
from typing import Literal

import pytest
from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from collector.document import read_csv, read_yaml

MODEL = ConfigDict(extra="forbid")


@dataclass(frozen=True, config=MODEL)
class Hours:
    open: str
    days: int = 7
    since: date | None = None


@dataclass(frozen=True, config=MODEL)
class Shop:
    id: str
    kind: Literal["game", "agent"]
    hours: list[Hours]


@dataclass(frozen=True, config=MODEL)
class Row:
    id: str
    pcs: int
    note: str = ""


def yaml(tmp_path, text: str):
    path = tmp_path / "shop.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_yaml(path, "shop.yaml", Shop)


def table(tmp_path, text: str):
    path = tmp_path / "shops.csv"
    path.write_text(text, "utf-8")
    return read_csv(path, "shops.csv", Row)


def said(read) -> list[tuple[int, int, str]]:
    return [(p.place.line, p.place.column, p.summary) for p in read.problems]


def test_plain_scalars_mean_what_people_mean(tmp_path):
    """YAML 1.1 would read 1320, 2235 and False."""
    read = yaml(tmp_path, "id: 04273\nkind: game\nhours:\n- open: 22:00\n- open: no\n  since: 2024-12-25\n")
    assert read.problems == []
    assert read.value == Shop("04273", "game", [Hours("22:00"), Hours("no", 7, date(2024, 12, 25))])


def test_all_faults_come_at_once_each_with_its_place(tmp_path):
    read = yaml(
        tmp_path, "idd: x\nkind: cinema\nhours:\n- open: 8:00\n  days: many\n  since: 2024-13-01\n- 5\n"
    )
    assert read.value is None
    assert sorted(said(read)) == [
        (1, 1, "'id' is missing"),
        (1, 1, "'idd' is no key here"),
        (2, 7, "'cinema' is none of the words known for 'kind'"),
        (5, 9, "'many' is not a whole number"),
        (6, 10, "'2024-13-01': month must be in 1..12"),
        (7, 3, "5 is not a mapping"),
    ]


def test_a_misspelt_key_is_told_what_it_may_have_meant(tmp_path):
    read = yaml(tmp_path, "id: a\nkind: game\nhours:\n- opne: 8:00\n")
    assert "remove it, or did you mean 'open'?" in [p.details for p in read.problems]


@pytest.mark.parametrize(
    ("text", "line", "summary"),
    [
        ("id: [a\n", 2, "not YAML"),
        ("id: a\nid: b\nkind: game\nhours: []\n", 2, "'id' stands twice"),
        (b"id: \xff\n", 1, "not UTF-8"),
        ("id: !!python/name:os.system a\nkind: game\nhours: []\n", 1, "could not determine a constructor"),
    ],
)
def test_what_is_no_document_is_said_where(tmp_path, text, line, summary):
    problems = yaml(tmp_path, text).problems
    assert problems[0].place.line == line
    assert summary in problems[0].summary


def test_a_missing_file_is_a_problem(tmp_path):
    assert "cannot be read" in read_yaml(tmp_path / "none.yaml", "none.yaml", Shop).problems[0].summary


def test_a_table_has_a_place_for_each_cell(tmp_path):
    read = table(tmp_path, "id,pcs,note\nyb-1,10,\n\nyb-2,many,x\n")
    assert said(read) == [(4, 6, "'many' is not a whole number")]


def test_rows_come_as_values_and_an_empty_cell_is_absent(tmp_path):
    read = table(tmp_path, '\ufeffid,pcs,note\nyb-1,10,\nyb-2,3,"a, b"\n')
    assert read.value == [Row("yb-1", 10), Row("yb-2", 3, "a, b")]


def test_a_row_of_another_length_is_said_and_the_others_are_read(tmp_path):
    read = table(tmp_path, "id,pcs,note\nyb-1,10\nyb-2,x,\n")
    assert said(read) == [(2, 1, "2 cells where the header has 3"), (3, 6, "'x' is not a whole number")]
