"""How Go prints (fmt/print.go, fmt/format.go, strconv/ftoa.go)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.engine.gotext import MISSING, fixed, general, kind, show, significant, sprint, sprintf


@pytest.mark.parametrize(
    ("value", "plain", "shortest"),
    [
        (1e6, "1e+06", "1000000"),
        (123456.7, "123456.7", "123456.7"),
        (1234567.0, "1.234567e+06", "1234567"),
        (0.0001, "0.0001", "0.0001"),
        (0.00001, "1e-05", "0.00001"),
        (-2.5, "-2.5", "-2.5"),
        (0.0, "0", "0"),
        (1e22, "1e+22", "1" + "0" * 22),
        (math.inf, "+Inf", "+Inf"),
        (-math.inf, "-Inf", "-Inf"),
        (math.nan, "NaN", "NaN"),
    ],
)
def test_a_float_with_and_without_an_exponent(value, plain, shortest):
    assert general(value) == plain
    assert fixed(value) == shortest


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_both_forms_are_the_same_number_again(value):
    assert float(general(value)) == float(fixed(value)) == value
    assert "e" not in fixed(value)


@pytest.mark.parametrize(
    ("form", "values", "shown"),
    [
        ("%.1f|%5.2f|%e", (1.25, 3.14159, 2.0), "1.2| 3.14|2.000000e+00"),
        ("%d|%05d|%+d|%x", (3, 42, 5, 255), "3|00042|+5|ff"),
        ("%s|%v|%q|%-4s|%.2s", ("a", 1.5, 'q"', "b", "abc"), 'a|1.5|"q\\""|b   |ab'),
        ("%t %%", (True,), "true %"),
        ("%g %.3g %f", (1e6, 1234.5, math.inf), "1e+06 1.23e+03 +Inf"),
        ("%d", (1.5,), "%!d(float64=1.5)"),
        ("%s", (3,), "%!s(int=3)"),
        ("%f", (None,), "%!f(<nil>)"),
        ("%d %d", (1,), "1 %!d(MISSING)"),
        ("a", (1, "b"), "a%!(EXTRA int=1, string=b)"),
        ("%", (), "%!(NOVERB)"),
        ("%v %d", ({"a": 1}, {"a": 1}), "map[a:1] map[%!d(string=a):1]"),
    ],
)
def test_verbs(form, values, shown):
    assert sprintf(form, *values) == shown


def test_blanks_stand_between_what_are_no_texts():
    assert sprint(1, 2, "a", "b", 3, True) == "1 2ab3 true"
    assert show([1, None]) == "[1 <nil>]"
    assert significant(1234567.0) == "1.235e+06"
    assert [kind(v) for v in (True, 1, 1.0, "", None, MISSING)] == [
        "bool", "int", "float64", "string", "<nil>", "<nil>",
    ]  # fmt: skip


@given(
    st.text(max_size=20),
    st.lists(st.one_of(st.none(), st.integers(), st.floats(), st.text(max_size=5)), max_size=4),
)
def test_any_form_shows_something(form, values):
    assert isinstance(sprintf(form, *values), str)
