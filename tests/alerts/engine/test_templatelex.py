"""Texts and words of a template (text/template/parse/lex.go)."""

import pytest

from alerts.engine.templatelex import TemplateError, Word, pieces, unquoted


def test_texts_and_actions_by_turns():
    assert pieces('a{{ $x.y := "}}" }}b') == [
        "a",
        (Word("variable", "$x"), Word("field", "y", glued=True), Word(":=", ":="), Word("literal", "}}")),
        "b",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a {{- 1 -}} b", ["a", (Word("literal", 1),), "b"]),
        ("a {{/* x */}} b", ["a ", " b"]),
        ("a {{- /* x */ -}} b", ["a", "b"]),
        ("{{-1}}", [(Word("literal", -1),)]),  # no trim marker without a blank
        ("{{ 0x1F 017 1.5 1e3 .5 'a' true nil }}", None),
        ("", []),
    ],
)
def test_markers_comments_and_numbers(text, found):
    words = pieces(text)
    if found is None:
        assert [word.value for word in words[0]] == [31, 15, 1.5, 1000.0, 0.5, 97, True, None]
        assert [type(word.value) for word in words[0]][2:4] == [float, float]
    else:
        assert words == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{", "not closed by }}"),
        ("{{ }}", "is empty"),
        ('{{ "a }}', "has no meaning"),
        ("{{/* a }}", "a comment is not closed"),
        ("{{ $a-b }}", "'-' may not stand behind"),
        ("{{ 12ab }}", "'a' may not stand behind"),
        ("{{ a ; b }}", "';' "),
        ("{{ 09 }}", "is no number"),
        (r'{{ "\q" }}', "is no text"),
    ],
)
def test_faults(text, said):
    with pytest.raises(TemplateError) as caught:
        pieces(text)
    assert said in str(caught.value)


def test_escapes_of_go():
    assert unquoted(r'"\a\v\n\t\\\"\x41\101\u00e9\U0001F600"') == '\a\v\n\t\\"AAé😀'
