"""Generated files are read as Grafana reads them; what it would refuse, or lose in silence, is a problem."""

import pytest

from alerts.engine.reader import read
from collector.problem import as_text


def said(files, old, new, name="rules.yaml"):
    assert old in files[name]
    return as_text(read(files | {name: files[name].replace(old, new, 1)})[1])


def test_the_generated_files_are_read(files):
    alerting, problems = read(files)
    assert problems == []
    group = alerting.groups[0]
    assert (group.folder, group.interval.total_seconds()) == ("quannet", 60)
    rule = group.rules[1]
    assert rule.lasting.total_seconds() == 300
    assert rule.missing_series_evals_to_resolve == 2
    assert "$timeFilter" in rule.data[0].model["query"]  # the model is taken raw


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("uid: policy-after-hours-agent", "uid: " + "x" * 41, "is no uid"),
        ("uid: policy-after-hours-agent", "uid: policy-after-hours-game", "is taken"),
        ("title: Chơi", "title: " + "ế" * 64 + " Chơi", "Grafana takes 1 to 190"),
        ("interval: 1m", "interval: 15s", "no multiple of 10 seconds"),
        ("interval: 1m", "interval: 60", "is no text"),
        ("for: 5m", "for: 5x", "is no duration"),
        ("    for: 5m", "    grafana_alert: {}\n    for: 5m", "'grafana_alert' is no key here"),
        ("noDataState: OK", "noDataState: Ok", "none of the words known"),
        ("condition: C", "condition: D", "no query or expression is 'D'"),
        ("from: 129", "from: '129'", "is not a whole number"),
        ("from: 129", "from: 0", "needs a time range"),
        ("rawQuery: true", "rawQuery: false", "rawQuery: true"),
        ("resultFormat: time_series", "resultFormat: table", "cannot read a table"),
        ("mode: dropNN", "mode: strict", "is refused"),
        ("refId: B", "refId: A", "stands twice"),
        ("summary: '", "summary: '${HOME}", "keep the two signs apart"),
        ("policy: after-hours-agent", "policy: $__env{X}", "Grafana only"),
    ],
)
def test_what_grafana_would_refuse_or_lose_is_a_problem_with_its_place(files, old, new, words):
    text = said(files, old, new)
    assert words in text, text
    assert "--> rules.yaml:" in text


def test_a_policy_needs_its_contact_point(files):
    text = said(files, "receiver: quannet-mail", "receiver: nobody", "policies.yaml")
    assert "no contact point is named 'nobody'" in text


def test_a_single_dollar_in_a_label_vanishes_as_it_would_in_grafana(files):
    changed = files["rules.yaml"].replace("severity: warning", "severity: a$b", 1)
    assert read(files | {"rules.yaml": changed})[0].groups[0].rules[0].labels["severity"] == "a"
