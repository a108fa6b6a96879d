"""The language of math expressions (pkg/expr/mathexp/parse)."""

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alerts.engine.mathsyntax import (
    Binary,
    Call,
    Literal,
    MathError,
    Unary,
    Variable,
    number,
    parse,
    variables,
)

WORDS = st.lists(st.sampled_from(["$A", "${b c}", "1", "0x1f", "08", "(", ")", "!", "-", "+", "**", "%", "&&", "||", ">",
                                  "==", "abs", "null", "is_nan", "$", ",", '"a"', "1e", ".", "é", "٣"]), max_size=12)  # fmt: skip


def test_what_binds_closer_is_deeper():
    tree = parse("$A + 2 * -$B > 1 && !$C")
    left = Binary("+", Variable("A"), Binary("*", Literal(2.0), Unary("-", Variable("B"))))
    assert tree == Binary("&&", Binary(">", left, Literal(1.0)), Unary("!", Variable("C")))
    assert parse("2 - 1 - 1") == Binary("-", Binary("-", Literal(2.0), Literal(1.0)), Literal(1.0))
    assert parse("(1)") == Literal(1.0)
    assert parse("null()") == Call("null", None)


def test_refs_are_named_once_and_in_order():
    assert variables(parse("abs($B) + ${my A} - $B * -$C / inf()")) == ["B", "my A", "C"]


@pytest.mark.parametrize(
    ("text", "value"),
    [("10", 10), ("1.5", 1.5), (".5", 0.5), ("1e3", 1000), ("0x1F", 31), ("017", 15), ("08", 8), ("0", 0)],
)
def test_numbers_are_those_of_go(text, value):
    assert number(text) == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the end comes early"),
        ("$A +", "the end comes early"),
        ("$A $B", "'B' stands where the expression should end"),
        ("($A", "')' is missing"),
        ("$A >-1", "put a space between two"),
        ("$A = 1", "'=' is no operator"),
        ("$", "without the name"),
        ("${A", "without its `}`"),
        ("1.2.3", "should end"),
        ("0x", "is no number"),
        ("abs", "'(' is missing"),
        ("abs()", "takes one argument"),
        ("nan(1)", "takes no argument"),
        ("max($A)", "there is no function 'max'"),
        ("$A # 1", "'#' has no meaning"),
        ("(" * 51 + "1" + ")" * 51, "too many brackets"),
        ("1" + " + 1" * 200, "an expression of 401 words"),
    ],
)
def test_a_fault_says_what_it_is(text, said):
    with pytest.raises(MathError) as caught:
        parse(text)
    assert said in str(caught.value)


@given(st.one_of(st.text(max_size=40), WORDS.map(" ".join), WORDS.map("".join)))
@example("(" * 50 + "!" * 40)
def test_whatever_the_text_there_is_a_tree_or_a_fault(text):
    with contextlib.suppress(MathError):
        variables(parse(text))
