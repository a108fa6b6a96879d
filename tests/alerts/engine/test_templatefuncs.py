"""Functions of templates (Prometheus' template.go, Grafana's state/template/funcs.go)."""

import math

import pytest

from alerts.engine.templatefuncs import (
    FUNCTIONS,
    Captured,
    LabelMap,
    humanize,
    humanize1024,
    humanize_duration,
    humanize_timestamp,
    strip_port,
    title,
    to_float,
)
from alerts.engine.templatelex import TemplateError


@pytest.mark.parametrize(
    ("function", "value", "shown"),
    [
        (humanize, 0.0, "0"),
        (humanize, 999.0, "999"),
        (humanize, -1500.0, "-1.5k"),
        (humanize, 0.5, "500m"),
        (humanize, math.nan, "NaN"),
        (humanize, math.inf, "+Inf"),
        (humanize1024, 1024.0, "1ki"),
        (humanize1024, -2048.0, "-2ki"),
        (humanize1024, 0.5, "0.5"),
        (humanize1024, 1000.0, "1000"),
        (humanize_duration, 60.5, "1m 0s"),
        (humanize_duration, 1.2345, "1.234s"),
        (humanize_duration, 0.0001, "100us"),
        (humanize_duration, 3600.0, "1h 0m 0s"),
        (humanize_duration, math.inf, "+Inf"),
        (humanize_timestamp, 1.5, "1970-01-01 00:00:01.5 +0000 UTC"),
        (humanize_timestamp, 1.50049, "1970-01-01 00:00:01.5 +0000 UTC"),
        (humanize_timestamp, math.nan, "NaN"),
        (strip_port, "a:80", "a"),
        (strip_port, "a", "a"),
        (strip_port, "::1", "::1"),
        (strip_port, "[::1]:80", "::1"),
        (title, "quán net_a b-c", "Quán Net_a B-C"),
    ],
)
def test_one_argument(function, value, shown):
    assert function(value) == shown


def test_numbers_may_be_texts_but_no_truths():
    assert to_float("1.5") == 1.5
    for wrong in ("x", True, None):
        with pytest.raises(TemplateError):
            to_float(wrong)


def test_labels_are_filtered_and_merged():
    labels = LabelMap(pc="07", place="x", venue="a")
    call = lambda name, *given: FUNCTIONS[name](name, given)  # noqa: E731 - short for a test
    assert str(call("filterLabels", labels, "pc")) == "pc=07"
    assert str(call("filterLabelsRe", labels, "^p")) == "pc=07, place=x"
    assert str(call("removeLabels", labels, "pc")) == "place=x, venue=a"
    assert str(call("removeLabelsRe", labels, "^p")) == "venue=a"
    both = {"B": Captured(LabelMap(pc="08"), 1.0), "C": Captured(LabelMap(pc="07"), 1.0)}
    assert str(call("mergeLabelValues", both)) == "pc=07, 08"


def test_links_lead_to_explore_and_from_nonsense_nowhere():
    link = FUNCTIONS["graphLink"]("graphLink", ['{"expr": "a > 0", "datasource": "my db"}'])
    assert link.startswith(
        '/explore?left={"datasource":"my+db","queries":[{"datasource":"my+db","expr":"a+%3E+0"'
    )
    assert '"instant":true' in FUNCTIONS["tableLink"]("tableLink", ['{"expr": "a", "datasource": "b"}'])
    assert FUNCTIONS["tableLink"]("tableLink", ["up"]) == ""


def test_escaping():
    assert FUNCTIONS["html"]("html", ["<a href='\"'>&"]) == "&lt;a href=&#39;&#34;&#39;&gt;&amp;"
    assert FUNCTIONS["urlquery"]("urlquery", ["a b&c"]) == "a+b%26c"
