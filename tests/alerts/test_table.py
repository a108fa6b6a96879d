"""Columns stand one under another, whatever marks the letters bear."""

from alerts.table import columns, width


def test_a_letter_with_its_marks_apart_takes_one_cell():
    assert width("điểm") == 4
    assert width("die\u0302\u0309m") == 4  # the marks of `ể` as characters of their own


def test_each_column_is_as_wide_as_its_widest_cell_and_no_line_ends_in_blanks():
    assert columns([("a", "bb", "c"), ("aaa", "b", "")]) == "a    bb  c\naaa  b\n"
