"""Numbers in the reader's language."""

import pytest

from dashboards.preview import units


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "vi", "en"),
    [
        (0, "none", None, "0", "0"),
        (12, "short", None, "12", "12"),
        (1234567.25, "none", 2, "1.234.567,25", "1,234,567.25"),
        (97.5, "percent", 1, "97,5 %", "97.5 %"),
        (100, "percent", None, "100 %", "100 %"),
        (0.25, "percentunit", None, "25 %", "25 %"),
        (30, "s", None, "30 giây", "30 s"),
        (90, "s", None, "1,5 phút", "1.5 min"),
        (-7200, "s", None, "-2 giờ", "-2 h"),
        (172_800, "s", None, "2 ngày", "2 days"),
        (1500, "ms", None, "1,5 giây", "1.5 s"),
        (1536, "bytes", None, "1,5 KiB", "1.5 KiB"),
        (5 * 1024**5, "bytes", 0, "5.120 TiB", "5,120 TiB"),
        (3, "suffix: PC", None, "3 PC", "3 PC"),
        (-0.01, "none", None, "0", "0"),
        ("open", "s", None, "open", "open"),
        (1_772_463_600_000, "time:HH:mm DD/MM", None, "22:00 02/03", "22:00 02/03"),
        (1_772_463_600_000, "time:YYYY-MM-DD HH:mm:ss", 1, "2026-03-02 22:00:00", "2026-03-02 22:00:00"),
    ],
)
def test_a_number_reads_as_its_unit_says(value, unit, decimals, vi, en):
    assert units.show(value, unit, "vi", decimals) == vi
    assert units.show(value, unit, "en", decimals) == en
