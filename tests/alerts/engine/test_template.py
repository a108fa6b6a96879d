"""Templates of annotations (state/template/template.go): what we generate, and what any fault leaves."""

import pytest

from alerts.engine.template import expand, number

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
    [(12345.6, "12345.6"), (0.01234, "0.01234"), (1.0, "1"), (60.0, "60"), (0.0, "0"), (1e6, "1000000"), (None, "NaN"),
     (float("inf"), "+Inf"), (-2.5, "-2.5")],
)  # fmt: skip
def test_a_number_is_shown_in_full(value, shown):
    assert number(value) == shown
