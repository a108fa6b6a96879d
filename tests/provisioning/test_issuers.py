"""Who may issue a certificate on which day, and that nobody is accused for a name that cannot be read."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from provisioning.issuers import level, wrong

CHANGE = date(2025, 7, 1)
RULES = (
    SimpleNamespace(valid_from=date(2013, 9, 1), valid_to=CHANGE, levels=("department", "district")),
    SimpleNamespace(valid_from=CHANGE, valid_to=None, levels=("commune",)),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("UBND xã Mậu A", "commune"),
        ("UBND phường Yên Bái", "commune"),
        ("UBND thị trấn Mậu A", "commune"),
        ("UBND đặc khu Phú Quốc", "commune"),
        ("Ủy ban nhân dân xã Lục Yên", "commune"),
        ("Uỷ ban nhân dân phường Nghĩa Lộ", "commune"),
        ("  ubnd   XÃ  Trấn Yên ", "commune"),
        ("UBND xa\u0303 Mậu A", "commune"),  # the accent as a letter of its own
        ("UBND huyện Văn Yên", "district"),
        ("UBND quận Ba Đình", "district"),
        ("UBND thị xã Nghĩa Lộ", "district"),
        ("UBND thành phố Yên Bái", "district"),
        ("UBND TP Yên Bái", "district"),
        ("UBND TP.Lào Cai", "district"),
        ("UBND thành phố Hà Giang", "district"),
        ("UBND thành phố Hà Nội", "unknown"),
        ("UBND TP. Hồ Chí Minh", "unknown"),
        ("UBND tỉnh Lào Cai", "unknown"),
        ("Sở TT&TT Yên Bái", "department"),
        ("SỞ VĂN HÓA, THỂ THAO VÀ DU LỊCH", "department"),
        ("Sởn", "unknown"),
        ("Phòng Văn hóa huyện Văn Yên", "unknown"),
        ("UBND", "unknown"),
        ("UBND xa Mau A", "unknown"),
        ("", "unknown"),
    ],
)
def test_the_level_is_read_from_how_the_name_begins(text, expected):
    assert level(text) == expected


@pytest.mark.parametrize(
    ("issuer", "issued", "expected"),
    [
        ("Sở TT&TT Yên Bái", CHANGE - timedelta(1), False),
        ("Sở TT&TT Yên Bái", CHANGE, True),
        ("UBND huyện Văn Yên", CHANGE - timedelta(1), False),
        ("UBND huyện Văn Yên", CHANGE, True),
        ("UBND xã Mậu A", CHANGE - timedelta(1), True),
        ("UBND xã Mậu A", CHANGE, False),
        ("UBND tỉnh Lào Cai", CHANGE, False),
        ("", CHANGE, False),
        ("Sở TT&TT Yên Bái", None, False),
        ("UBND xã Mậu A", date(2013, 8, 31), False),
    ],
)
def test_wrong_is_only_who_had_no_right_to_on_that_very_day(issuer, issued, expected):
    assert wrong(issuer, issued, RULES) is expected


def test_without_rules_nothing_is_wrong():
    assert not wrong("UBND huyện Văn Yên", CHANGE, ())
