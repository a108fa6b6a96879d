"""A policy compiles to one rule, in the site's language."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.compile import compile_policy, literal, span
from alerts.engine import template
from alerts.rule import AlertContext


def test_the_rule_sums_seconds_after_hours_for_each_pc_of_the_class(policies):
    rule = compile_policy(policies[1], AlertContext())
    assert rule.uid == "policy-after-hours-game"
    assert rule.query == (
        'SELECT sum("after_hours") FROM "games" WHERE $timeFilter AND ("class" = \'game\')'
        ' GROUP BY "venue", "pc", "place", "class"'
    )
    assert (rule.over, rule.least, rule.lasting) == (timedelta(minutes=2), 1, timedelta(minutes=5))
    assert rule.labels == {"policy": "after-hours-game", "severity": "warning"}


def test_two_classes_are_alternatives(policies):
    query = compile_policy(policies[0], AlertContext()).query
    assert "AND (\"class\" = 'agent' OR \"class\" = 'isp') GROUP" in query


def test_a_site_may_set_how_long_it_must_last(policies):
    context = AlertContext(for_override={"after-hours-game": "20s"})
    rule = compile_policy(policies[1], context)
    assert rule.lasting == timedelta(seconds=20)
    assert "kéo dài từ 20 giây" in rule.annotations["description"]


def test_the_basis_names_the_provinces_own_decisions(policies, context):
    basis = compile_policy(policies[0], context).annotations["basis"]
    assert basis.startswith("Nghị định 147/2024/NĐ-CP, Điều 5")
    assert basis.endswith("Quyết định cũ (áp dụng từ 2024-01-01) · Quyết định mới (áp dụng từ 2025-07-01)")


def test_the_national_rule_says_that_its_clause_is_unread(policies):
    for language, words in (("vi", "chưa được đọc"), ("en", "not been read")):
        rule = compile_policy(policies[1], AlertContext(language=language))
        assert words in rule.annotations["basis"]


def test_the_page_of_the_runbook_is_linked_where_it_can_be_read(policies, context):
    url = compile_policy(policies[1], context).annotations["runbook_url"]
    assert url == "https://docs.example/quannet/policies/after-hours-game.md"
    assert "runbook_url" not in compile_policy(policies[1], AlertContext()).annotations


def test_no_link_opens_another_venues_board(policies, context):
    assert not any(name.startswith("__") for name in compile_policy(policies[0], context).annotations)


def test_a_decisions_words_are_no_template_and_no_variable(policies, context):
    strange = "QĐ ${HOME} {{ $labels.pc }} $5 {{"
    decision = replace(context.provincial[0], basis=strange)
    basis = compile_policy(policies[0], replace(context, provincial=(decision,))).annotations["basis"]
    assert "${" not in basis
    assert strange in template.expand(basis, {"pc": "07"}, {})
    assert template.expand(literal(strange), {}, {}) == strange


TWINS = ("after-hours-game", "after-hours-agent", "prohibited-site")


@pytest.mark.parametrize("twin", TWINS)
def test_a_late_violation_is_judged_as_the_one_that_it_is_late_for(policies, context, twin):
    """By the same law, of the same venues, as grave; also where a province has decided something."""
    by_id = {policy.id: policy for policy in policies}
    late, ordinary = by_id[f"late-{twin}"], by_id[twin]
    for name in ("basis", "severity", "binds", "in_force"):
        assert getattr(late, name) == getattr(ordinary, name)
    basis = [compile_policy(policy, context).annotations["basis"] for policy in (late, ordinary)]
    assert basis[0] == basis[1]
    assert late.id in ordinary.misses.vi
    assert late.id in ordinary.misses.en


def test_every_policy_on_late_data_has_its_twin(policies):
    assert {p.id for p in policies if p.flags.measurement == "late"} == {f"late-{twin}" for twin in TWINS}


def test_a_late_violation_says_when_it_happened_on_the_provinces_clock(policies):
    policy = next(policy for policy in policies if policy.id == "late-after-hours-game")
    values = {"B": 600.0, "C": 1.0, "E": 1_772_488_800.0, "G": 1_772_489_400.0}
    for language, when in (
        ("vi", "xảy ra từ 22:00 ngày 02/03/2026 đến 22:10 ngày 02/03/2026"),
        ("en", "It happened from 22:00 on 2026-03-02 to 22:10 on 2026-03-02"),
    ):
        rule = compile_policy(policy, AlertContext(language=language))
        words = rule.annotations["description"]
        said = template.expand(words, {"venue": "yb-0012", "pc": "07"}, values)
        assert when in said
        assert "600" in said
        # Grafana has no values where a rule ends for want of data; the rest must still be read.
        assert "{{" not in template.expand(words, {}, {})
        assert rule.annotations["late"]
        assert "$values" not in str(rule.labels)  # a label that changes would be a new instance each time


def test_what_a_late_rule_asks_beside_its_sum_gives_a_series_wherever_the_sum_does(policies):
    rule = compile_policy(next(p for p in policies if p.id == "late-prohibited-site"), AlertContext())
    assert [(more.query, more.ref, more.reducer) for more in rule.beside] == [
        ("D", "E", "min"),
        ("F", "G", "max"),
    ]
    where, by = rule.query.split(" WHERE ")[1].split(" GROUP BY ")
    for more in rule.beside:
        assert f' WHERE {where} AND "accesses" > 0 GROUP BY {by}' in more.text


def test_spans_are_said_in_words():
    assert span(timedelta(minutes=2), "vi") == "2 phút"
    assert span(timedelta(seconds=90), "en") == "90 s"
