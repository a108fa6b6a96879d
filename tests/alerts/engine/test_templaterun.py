"""A template carried out (text/template/exec.go, funcs.go); more of it stands in semantics/templates.yaml."""

import pytest

from alerts.engine.gotext import MISSING
from alerts.engine.templatefuncs import Captured, LabelMap, MisuseError
from alerts.engine.templatelex import TemplateError
from alerts.engine.templaterun import KNOWN, VARIABLES, Data, compare, run, truth
from alerts.engine.templatesyntax import parse

LABELS = LabelMap(venue="a", pc="07")
DATA = Data(LABELS, {"B": Captured(LABELS, 0.0)}, "all")


def filled(text):
    return run(parse(text, KNOWN, VARIABLES), DATA, "https://grafana.example/sub")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{{ . }}", "{pc=07, venue=a map[B:0] all}"),
        ("{{ $.Labels.venue }} {{ .Value }}", "a all"),
        ("{{ range $i, $v := (args 1 2) }}{{ $i }}:{{ $v }} {{ end }}", "arg0:1 arg1:2 "),
        ("{{ range $v := .Labels }}{{ $v }} {{ end }}", "07 a "),
        ("{{ $k := 0 }}{{ range $k = .Labels }}{{ end }}{{ $k }}", "a"),
        ("{{ with $x := .Value }}{{ $x }}{{ . }}{{ end }}", "allall"),
        ("{{ range .Labels.nothing }}x{{ else }}none{{ end }}", "none"),
        ("{{ .Labels.nothing | printf `%v` }}", "<nil>"),
        ("{{ (args .Labels.nothing).arg0 }}", "<no value>"),
        ("{{ 3 | eq 3 }} {{ true | and 1 }} {{ or false 0 }}", "true true 0"),
        ("{{ externalURL }} {{ pathPrefix }}", "https://grafana.example/sub /sub"),
        ("{{ lt 1 2 }} {{ le 2 2 }} {{ ge `b` `a` }} {{ gt 1.0 2.0 }}", "true true true false"),
    ],
)
def test_what_comes_of_it(text, shown):
    assert filled(text) == shown


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ .venue }}", "there is no 'venue'"),
        ("{{ .Value.x }}", "there is no 'x' in string"),
        ("{{ range 3.5 }}{{ end }}", "range cannot go over float64"),
        ("{{ .Value | .Labels.venue }}", "is no function"),
        ("{{ humanize }}", "takes 1 argument"),
        ("{{ title 1 }}", "title takes a text, not int"),
        ("{{ filterLabels .Value `a` }}", "takes a map of labels"),
        ("{{ and }}", "and takes at least 1"),
        ("{{ not }}", "not takes 1"),
        ("{{ eq 1 }}", "eq takes 2"),
        ("{{ lt .Labels .Labels }}", "lt cannot compare"),
        ("{{ eq .Labels .Labels }}", "cannot be compared"),
        ("{{ eq 1 1.0 }}", "write 3.0 for 3"),
        ("{{ eq 1 `1` }}", "int and string cannot be compared"),
        ("{{ index .Labels 1 }}", "index of a map takes a text"),
    ],
)
def test_misuse_is_told_apart_from_what_labels_happen_to_be(text, said):
    with pytest.raises(MisuseError) as caught:
        filled(text)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["{{ humanize .Value }}", "{{ title .Labels.nothing }}", "{{ parseDuration .Value }}", "{{ len .Labels.nothing }}",
     "{{ index .Value `a` }}", "{{ humanizeTimestamp 1e300 }}", "{{ query `up` | first }}", "{{ lt .Labels.nothing 1 }}"],
)  # fmt: skip
def test_what_depends_on_a_label_is_no_misuse(text):
    with pytest.raises(TemplateError) as caught:
        filled(text)
    assert not isinstance(caught.value, MisuseError)


def test_truth_and_comparison_of_nothing():
    assert [truth(v) for v in (MISSING, None, 0, 0.0, "", {}, Captured(LABELS, 0.0), "a")] == [False] * 6 + [
        True
    ] * 2
    assert compare("eq", [MISSING, None]) is True
    assert compare("ne", [MISSING, "a"]) is True
