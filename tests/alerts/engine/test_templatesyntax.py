"""The tree of a template (text/template/parse/parse.go)."""

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alerts.engine.templatelex import TemplateError
from alerts.engine.templatesyntax import Block, Bracket, Dot, Function, Literal, Pipeline, Variable, parse

PARTS = ["{{", "}}", "{{-", "-}}", " ", "if", "else", "end", "range", "with", "$x", ":=", "=", ",", "|", "(", ")", ".", ".a",
         "1", '"t"', "`", '"', "eq", "printf", "$labels", "nil", "/*", "*/", "define", "\n"]  # fmt: skip


def tree(text):
    return parse(text, {"eq", "title", "printf"}, ["$", "$labels"])


def test_a_block_with_its_branches():
    condition = Pipeline(((Function("eq"), Variable("$labels", ("a",)), Literal("x")),))
    inner = Block("if", Pipeline(((Dot(("b",)),),)), ("2",), ("3",))
    assert tree('{{ if eq $labels.a "x" }}1{{ else if .b }}2{{ else }}3{{ end }}4') == (
        Block("if", condition, ("1",), (inner,)),
        "4",
    )


def test_brackets_fields_and_pipes():
    inner = Bracket(Pipeline(((Function("title"), Dot()),)), ("x", "y"))
    assert tree("{{ (title .).x.y | title }}") == (Pipeline(((inner,), (Function("title"),))),)


def test_a_range_declares_key_and_value_for_its_block_only():
    (block,) = tree("{{ range $k, $v := . }}{{ $k }}{{ end }}")
    assert block.pipeline.variables == ("$k", "$v")
    with pytest.raises(TemplateError, match="no variable"):
        tree("{{ range $k, $v := . }}{{ end }}{{ $k }}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ end }}", "without a beginning"),
        ("{{ if . }}", "without {{ end }}"),
        ("{{ if . }}{{ else }}{{ else }}{{ end }}", "where {{ end }} should stand"),
        ("{{ if }}{{ end }}", "a value is missing"),
        ("{{ range . }}{{ else range . }}{{ end }}", "is not understood"),
        ("{{ if . }}{{ else with . }}{{ end }}", "is not understood"),
        ("{{ upper . }}", "no function 'upper'"),
        ("{{ $y }}", "no variable '$y'"),
        ("{{ $y = 1 }}", "no variable '$y'"),
        ("{{ . | 1 }}", "must be a function"),
        ("{{ . | . }}", "must be a function"),
        ("{{ .a .b }}", "only a function takes arguments"),
        ("{{ nil }}", "nil is no command"),
        ("{{ (title . }}", "a bracket is not closed"),
        ("{{ title ) }}", "has no meaning there"),
        ("{{ title , }}", "has no meaning there"),
        ("{{ . | }}", "a value is missing"),
        ('{{ define "x" }}{{ end }}', "is not expanded here"),
        ("{{ title.a }}", "a space is missing"),
        ("{{ if . }}" * 50, "too many blocks"),
        ("{{ " + "(" * 50 + "." + ")" * 50 + " }}", "too many brackets"),
    ],
)
def test_faults(text, said):
    with pytest.raises(TemplateError) as caught:
        tree(text)
    assert said in str(caught.value)


@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PARTS), max_size=15).map("".join)))
@example("{{ $x := . }}{{ $x")
def test_whatever_the_text_there_is_a_tree_or_a_fault(text):
    with contextlib.suppress(TemplateError):
        tree(text)
