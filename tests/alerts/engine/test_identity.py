"""The label set of an instance (state/cache.go, models/alert_rule.go)."""

from alerts.engine import identity as module
from alerts.engine.evaluate import Result, Verdict
from alerts.engine.identity import identities, identity, renamed, seen

A, B = (("venue", "a"),), (("venue", "b"),)


def test_it_is_remembered_for_each_label_set_of_the_query(make):
    group, rule = make()
    first = identity(group, rule, Result(Verdict.NORMAL, A))
    assert identity(group, rule, Result(Verdict.ALERTING, A, (("B", 2.0),))) is first
    both = identities(group, rule, [Result(Verdict.NORMAL, B), Result(Verdict.NORMAL, A)])
    assert both[1] is first
    assert dict(both[0])["venue"] == "b"


def test_it_begins_to_remember_anew_when_there_are_too_many(make, monkeypatch):
    monkeypatch.setattr(module, "KEPT", 1)
    group, rule = make()
    assert identity(group, rule, Result(Verdict.NORMAL, A)) == identity(
        group, rule, Result(Verdict.NORMAL, A)
    )
    assert len(module._naming(rule).known[group.folder]) == 1


def test_a_label_that_prints_a_value_is_never_remembered(make):
    group, rule = make(labels={"n": "{{ .Values.B }}"})
    one, other = (identity(group, rule, Result(Verdict.NORMAL, A, (("B", b),))) for b in (1.0, 2.0))
    assert (dict(one)["n"], dict(other)["n"]) == ("1.0", "2.0")


def test_a_template_sees_the_labels_that_a_value_has_for_itself(make):
    group, rule = make(labels={"n": "{{ .Values.B.Labels.pc }}"})
    result = Result(Verdict.NORMAL, A, (("B", 1.0),), apart=(("B", (("pc", "07"),)),))
    assert dict(identity(group, rule, result))["n"] == "07"


def test_templates_see_the_querys_and_grafanas_labels_only(make):
    group, rule = make()
    assert seen(group, rule, A) == {
        "venue": "a", "alertname": "Too many games", "grafana_folder": "quannet", "__alert_rule_uid__": "mine",
    }  # fmt: skip


def test_reserved_names_of_a_query_make_way():
    assert renamed((("__grafana_receiver__", "x"), ("venue", "a"))) == {"venue": "a", "grafana_receiver": "x"}
