"""Go's regular expressions by Python's."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.engine.gore import compiled, replace_all


@pytest.mark.parametrize(
    ("pattern", "by", "text", "result"),
    [
        ("(a)b", "x$1", "ab", "xa"),
        ("(a)", "${1}x", "a", "ax"),
        ("(a)", "$1x", "a", ""),  # the group named 1x, which is not there
        ("(?P<n>a)", "$n$9$$ $ ${", "a", "a$ $ ${"),
        ("x*", "-", "abxd", "-a-b-d-"),
        ("[[:digit:]]+$", "N", "ab12", "abN"),
        ("b$", "c", "b\n", "b\n"),  # only the very end
        ("a$|[$]", "-", "$a", "--"),
        (r"\d", "N", "٣3", "٣N"),
        ("(?i)A", "b", "aA", "bb"),
    ],
)
def test_replacing_as_go_does(pattern, by, text, result):
    assert replace_all(pattern, by, text) == result


@pytest.mark.parametrize("pattern", ["(", "(?=a)", "(?<!a)b", r"(a)\1", "a++", "[[:nothing:]]", r"a\Z"])
def test_what_go_does_not_have_is_a_fault(pattern):
    with pytest.raises(ValueError, match=r"regular expression|no class"):
        compiled(pattern)


@given(
    st.text(alphabet="ab()[]{}*+?|^$.\\d:-P<>=!#1,", max_size=12), st.text(max_size=6), st.text(max_size=6)
)
def test_a_pattern_is_taken_or_a_value_error(pattern, by, text):
    with contextlib.suppress(ValueError):
        replace_all(pattern, by, text)
