"""Templates of annotations (state/template/template.go): what we generate, and what any fault leaves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.engine.template import Expanded, attempt, expand, number, problems, uses

LABELS = {"venue": "yb-0012", "pc": "07"}
VALUES = {"B": 120.0, "C": None, "E": 1_772_488_800.0, "F": 1.5}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{{ $labels.venue }}/{{.Labels.pc}}", "yb-0012/07"),
        ("{{ $labels.place }}", "[no value]"),
        ("{{ $values.B }} s", "120 s"),
        ("{{ $values.D }}", "[no value]"),
        ('{{ "{{" }} {{ "$" }}{X}', "{{ ${X}"),
        ("no action", "no action"),
        ("{{ humanizeTimestamp $values.E.Value }}", "2026-03-02 22:00:00 +0000 UTC"),
        ("{{ humanizeTimestamp $values.F.Value }}", "1970-01-01 00:00:01.5 +0000 UTC"),
        ("{{ humanizeTimestamp $values.C.Value }}", "NaN"),
        ('{{ reReplaceAll "^(....)-(..).*" "$2/$1 $" (humanizeTimestamp $values.E.Value) }}', "03/2026 $"),
        ('{{ reReplaceAll "a" "b" "abac" }}', "bbbc"),
        ('{{ reReplaceAll "(0)" "<$1>" ($labels.venue) }}', "yb-<0><0>12"),
        (
            "a{{ if $values.B }} {{ $values.B }}{{ end }}{{ if $values.D }} {{ $values.D }}{{ end }}.",
            "a 120.",
        ),
        (
            "{{ humanizeTimestamp $values.D.Value }} s",
            "{{ humanizeTimestamp $values.D.Value }} s",
        ),  # an error
        ("{{ if $values.B }}{{ query }}{{ end }}", "{{ if $values.B }}{{ query }}{{ end }}"),
        ("a {{ $labels.venue | title }}", "a Yb-0012"),
        ("a {{ $labels.venue | upper }}", "a {{ $labels.venue | upper }}"),  # no function: the text itself
        ("{{ $labels.venue }} {{ query }}", "{{ $labels.venue }} {{ query }}"),
    ],
)
def test_a_template_is_expanded(text, shown):
    assert expand(text, LABELS, VALUES) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(12345.6, "12346"), (0.01234, "0.012"), (1.0, "1.0"), (60.0, "60"), (0.0, "0"), (1e6, "1000000"), (None, "NaN"),
     (float("inf"), "+Inf"), (-2.5, "-2.5")],
)  # fmt: skip
def test_a_number_has_two_significant_digits(value, shown):
    assert number(value) == shown


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no action", []),
        ("{{ $labels.venue }}: {{ $values.B }}", []),
        ("{{ humanizeDuration $labels.since }}", []),  # depends on the label
        ("{{ $labels.venue", ["an action is not closed by }}"]),
        ("{{ if gt $values.B.Value 3 }}x{{ end }}", ["float64 and int cannot be compared; write 3.0 for 3"]),
        ("{{ title $values.B.Value }}", ["title takes a text, not float64"]),
        (
            '{{ printf "%d" $values.B.Value }}',
            ["a verb of printf does not fit its argument; write for example `$values.B.Value`"],
        ),
    ],
)
def test_problems_are_those_that_no_label_can_help(text, said):
    assert problems(text) == said


def test_what_a_template_reads_is_found_wherever_it_stands():
    found = uses(
        '{{ if $labels.a }}{{ index .Labels "b" | title }}{{ else }}{{ with $values.B }}{{ .Value }}{{ end }}{{ end }}'
        "{{ range $k, $v := $labels }}{{ $k }}{{ end }}{{ printf `%v` (index $values `C`).Value }}{{ $.Labels.d }}"
    )
    assert (found.labels, found.values) == ({"a", "b", "d"}, {"B", "C"})
    assert uses("{{ $labels.a }}").by_value is False
    assert uses("{{ $values.B }}").by_value is True
    assert uses("{{ $value }}").by_value is True
    assert uses("{{ range $values }}x{{ end }}").by_value is True
    assert uses("{{ $labels.a") == uses("")


def test_a_fault_keeps_the_text_and_is_told():
    assert attempt(" {{ upper . }}", {}, {}) == Expanded(" {{ upper . }}", "there is no function 'upper'")
    assert attempt(" {{ .Labels.x }}", {"x": "<no value>"}, {}) == Expanded("[no value]")


PARTS = ["{{ ", " }}", "if ", "else", "end", "range ", "with ", "$labels.a", "$values.B", ".Value", " | ", "printf ", '"%d"',
         "eq ", "humanize ", "index ", "$labels", '"a"', "1", "1.0", "title ", "(", ")", "text", "reReplaceAll ", "len "]  # fmt: skip


@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PARTS), max_size=14).map("".join)))
def test_whatever_the_text_it_is_filled_in_or_stays_and_a_problem_is_a_fault(text):
    found = attempt(text, {"a": "x"}, {"B": 1.5, "C": None})
    assert found.text == text or not found.fault
    if problems(text) and "%!" not in found.text:
        assert found.fault
    assert isinstance(uses(text).by_value, bool)
