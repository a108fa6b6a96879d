"""A catalogue is read, or each of its faults is said with its place and the way out."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.agent import catalogue, config
from collector.problem import as_text

BAD = Path(__file__).parent / "bad" / "catalogue"


@pytest.mark.parametrize("fault", sorted(path.name for path in BAD.iterdir()))
def test_fault_is_said_as_expected(fault: str) -> None:
    """What the user sees is in expected.txt, word for word."""
    games, problems = catalogue.load(BAD / fault / "games.csv", "games.csv")
    assert games is None
    assert as_text(problems) == (BAD / fault / "expected.txt").read_text("utf-8")


def test_shipped_catalogue_is_good_and_every_row_says_where_it_comes_from() -> None:
    games, problems = catalogue.load(config.CATALOGUE)
    assert problems == []
    assert games is not None
    assert len(games.games) > 25
    assert [game.id for game in games.games if game.launchers and set(game.launchers) & set(game.exes)] == []


def test_lists_are_parted_and_folded() -> None:
    text = (
        ",".join(catalogue.COLUMNS)
        + "\n# a remark\n\nfc,FC,EA,game, FCZF.exe ; fifa4zf.exe,\\FC Online\\,,,,,notes\n"
    )
    games, problems = catalogue.loads(text, "games.csv")
    assert (problems, games is not None) == ([], True)
    assert games.games[0].exes == ("fczf.exe", "fifa4zf.exe")
    assert games.games[0].path_hints == ("/fc online/",)


def test_a_huge_file_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "MAX_BYTES", 10)
    (tmp_path / "games.csv").write_text("id,title,publisher")
    games, (problem,) = catalogue.load(tmp_path / "games.csv")
    assert games is None
    assert problem.check == "catalogue/file"


@given(st.text(st.sampled_from('a,;"\n\r#é\\/ '), max_size=120))
def test_any_text_gives_a_catalogue_or_problems_with_places(tail: str) -> None:
    text = ",".join(catalogue.COLUMNS) + "\n" + tail
    games, problems = catalogue.loads(text, "games.csv")
    assert (games is None) == bool(problems)
    assert all(p.place.line >= 1 and p.place.column >= 1 and p.details for p in problems)
