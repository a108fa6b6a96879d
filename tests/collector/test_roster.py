"""The roster: identity and hours by date, one venue a line, and read again when it changes."""

import logging
import os
from datetime import date, datetime

import pytest

from collector.clock import LOCAL
from collector.roster import Hours, Roster, RosterFile, Span, Venue, dumps, loads

VENUE = Venue(
    "yb-0012",
    "Quán Nét Hoàng Gia",
    "12 Đường Điện Biên",
    ("01", "02"),
    (
        Span(date(2020, 1, 1), date(2025, 7, 1), "04252", "agent"),
        Span(
            date(2025, 7, 1),
            None,
            "04273",
            "game",
            "15/GCN-0012",
            date(2025, 7, 15),
            date(2028, 7, 15),
            issuer_wrong=True,
        ),
    ),
    (
        Hours(date(2024, 12, 25), date(2026, 1, 1), "a", ((480, 1320),)),
        Hours(date(2026, 1, 1), None, "b", ((420, 720), (780, 1440))),
    ),
)
ROSTER = Roster("Lào Cai", (VENUE,))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def test_a_roster_comes_back_and_has_a_line_a_venue():
    text = dumps(ROSTER)
    assert loads(text) == ROSTER
    assert "Hoàng Gia" in text.splitlines()[1]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": 9}', '{"format": 2, "site": "x", "venues": [{}]}']
)
def test_what_is_no_roster_is_refused(text):
    with pytest.raises(ValueError):
        loads(text)


def test_a_roster_of_an_earlier_release_is_not_guessed_at():
    """It says nothing of certificates: nobody is to be accused of having none."""
    with pytest.raises(ValueError, match="write it anew with `quannet provision`"):
        loads(dumps(ROSTER).replace('"format": 2', '"format": 1'))


@pytest.mark.parametrize(
    ("day", "place"),
    [("2019-12-31", None), ("2020-01-01", "04252"), ("2025-06-30", "04252"), ("2025-07-01", "04273")],
)
def test_identity_is_that_of_the_day(day, place):
    span = VENUE.span_on(date.fromisoformat(day))
    assert (span and span.place) == place


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2024-12-24T12:00:00", None),
        ("2024-12-25T07:59:59", False),
        ("2024-12-25T08:00:00", True),
        ("2024-12-25T21:59:59", True),
        ("2024-12-25T22:00:00", False),
        ("2025-12-31T23:59:59", False),
        ("2026-01-01T00:00:00", False),
        ("2026-01-01T12:30:00", False),
        ("2026-01-01T23:59:59", True),
    ],
)
def test_open_or_closed_by_the_rule_of_the_day(moment, is_open):
    assert VENUE.is_open(at(moment)) is is_open


def test_the_server_may_stand_in_another_time_zone():
    assert VENUE.is_open(datetime.fromisoformat("2024-12-25T15:00:00+00:00")) is False


def test_a_changed_file_is_read_again_and_a_broken_one_is_not(tmp_path):
    path = tmp_path / "roster.json"
    path.write_text(dumps(ROSTER), "utf-8")
    file = RosterFile(path)
    first = file.get()
    assert file.get() is first
    path.write_text(dumps(Roster("Yên Bái", ())), "utf-8")
    assert file.get().site == "Yên Bái"
    path.write_text("{half", "utf-8")
    assert file.get().site == "Yên Bái"
    path.unlink()
    assert file.get().site == "Yên Bái"
    path.write_text(dumps(ROSTER), "utf-8")
    os.utime(path, (1, 1))
    assert file.get() == ROSTER


def test_a_damaged_file_is_said_once_and_so_is_its_end(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    path = tmp_path / "roster.json"
    path.write_text(dumps(ROSTER), "utf-8")
    file = RosterFile(path)
    file.get()
    for text in ("{half", "{half again", '{"format": 2, "site": "x", "venues": [{}]}'):
        path.write_text(text, "utf-8")
        assert file.get() == ROSTER
    path.unlink()
    assert file.get() == ROSTER
    path.write_text(dumps(Roster("Yên Bái", ())), "utf-8")
    file.get()
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert "the one before stays in force" in caplog.text


def test_a_roster_that_was_never_good_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        RosterFile(tmp_path / "none.json").get()
