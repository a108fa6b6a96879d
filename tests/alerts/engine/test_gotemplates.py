"""A notification template holds together, and its names are found."""

import pytest

from alerts.engine.gotemplates import defined, faults, used

GOOD = """{{ define "a" -}}
{{- /* {{ a comment }} */ -}}
{{ range $i, $x := .Alerts }}{{ if eq $x.Status "}}" }}1{{ else if .B }}2{{ else }}{{ `{{` }}{{ end }}{{ end }}
{{ with .C }}{{ template "b" . }}{{ end }}{{ block "c" . }}{{ end }}{{ end }}"""


def test_blocks_comments_and_texts_with_braces_are_understood():
    assert list(faults(GOOD)) == []
    assert (defined(GOOD), used(GOOD)) == ({"a", "c"}, ["b"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ if .A }}", "line 1: `if` is not ended"),
        ("{{ end }}", "line 1: `end` ends nothing"),
        ("a\n{{ else }}", "line 2: `else` stands in no"),
        ("{{ .A", "line 1: `{{` is not closed"),
        ("{{ .A \n {{ .B }}", "inside an action that is not closed"),
        ('{{ if .A }}{{ define "x" }}{{ end }}{{ end }}', "`define` stands inside `if`"),
        ("{{ }}", "an empty action"),
        ('{{ define "x" }}{{ else }}{{ end }}', "`else` stands in no"),
    ],
)
def test_what_does_not_hold_together_is_said_with_its_line(text, words):
    assert words in "; ".join(faults(text))


def test_of_a_broken_template_no_name_is_known():
    assert (defined('{{ define "a" }}{{'), used("{{")) == (set(), [])
