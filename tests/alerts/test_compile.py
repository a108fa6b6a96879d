"""A policy compiles to one rule, in the site's language."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.compile import compile_policy, literal, span
from alerts.engine import template
from alerts.policy import Policy
from alerts.rule import AlertContext
from collector.document import parse_yaml

FLAGS = """\
id: p
title: {vi: a, en: a}
says: {vi: x, en: x}
binds: [agent, isp]
places: ["04252", "04258"]
in_force: {from: 2024-12-25, to: 2026-01-01}
flags: {measurement: unobserved, field: minutes, by: venue, each: [state], where: {state: [blind, dark], hours: open, minutes: {least: 1, below: 2.5}}}
threshold: {count: 5, over: 10m, for: 5m, keep_firing: 15m}
while: {measurement: venue, field: closed_share, by: venue, max: 50}
severity: warning
basis: {vi: x, en: x, confidence: unconfirmed}
misses: {vi: x, en: x}
runbook: docs/policies/p.md
"""


def made(text=FLAGS, context=None):
    read = parse_yaml(text, "p.yaml", Policy)
    assert read.problems == []
    return compile_policy(read.value, context or AlertContext())


def test_the_rule_sums_seconds_after_hours_for_each_pc_of_the_class(by_id):
    rule = compile_policy(by_id["after-hours-game"], AlertContext())
    assert rule.uid == "policy-after-hours-game"
    assert rule.query == (
        'SELECT sum("play") FROM "after_hours" WHERE $timeFilter AND ("class" = \'game\')'
        ' AND time >= \'2024-12-24T17:00:00Z\' GROUP BY "venue", "pc", "place", "class"'
    )
    assert (rule.over, rule.least, rule.lasting) == (timedelta(minutes=2), 1, timedelta(minutes=5))
    assert rule.labels == {"policy": "after-hours-game", "severity": "warning", "audience": "inspector"}


def test_whom_it_binds_what_counts_and_its_days_are_conditions_of_the_query():
    assert made().query == (
        'SELECT count("minutes") FROM "unobserved" WHERE $timeFilter AND ("class" = \'agent\' OR "class" = \'isp\')'
        ' AND ("place" = \'04252\' OR "place" = \'04258\') AND ("hours" = \'open\') AND "minutes" >= 1'
        ' AND "minutes" < 2.5 AND ("state" = \'blind\' OR "state" = \'dark\')'
        " AND time >= '2024-12-24T17:00:00Z' AND time < '2025-12-31T17:00:00Z'"
        ' GROUP BY "venue", "place", "class", "state"'
    )


def test_what_must_hold_meanwhile_is_asked_of_the_same_subject():
    beside, least = made().meanwhile
    assert (beside.query, beside.ref, least) == ("D", "E", 50)
    assert beside.text.startswith('SELECT max("closed_share") FROM "venue" WHERE $timeFilter AND ')
    assert beside.text.endswith(' GROUP BY "venue", "place", "class"')


def test_law_that_nobody_has_read_informs_until_the_site_confirms_it():
    assert made().labels["severity"] == "info"
    context = AlertContext(confirmed={"p": "QĐ 5/2026"})
    assert made(context=context).labels["severity"] == "warning"
    assert made(context=context).annotations["basis"] == "x · Cơ quan quản lý đã xác nhận: QĐ 5/2026"


def test_a_policy_of_a_list_that_the_site_has_not_made_becomes_no_rule():
    text = FLAGS.replace("hours: open", "cause: {site: unlisted-games}")
    assert made(text) is None
    assert "(\"cause\" = 'a' OR" in made(text, AlertContext(lists={"unlisted-games": ("a", "b")})).query


def test_a_site_may_set_how_long_it_must_last(by_id):
    context = AlertContext(for_override={"after-hours-game": "20s"})
    rule = compile_policy(by_id["after-hours-game"], context)
    assert rule.lasting == timedelta(seconds=20)
    assert "kéo dài từ 20 giây" in rule.annotations["description"]


def test_the_basis_names_the_provinces_own_decisions(by_id, context):
    basis = compile_policy(by_id["after-hours-agent"], context).annotations["basis"]
    assert basis.startswith("Nghị định 147/2024/NĐ-CP, Điều 5")
    assert basis.endswith("Quyết định cũ (áp dụng từ 2024-01-01) · Quyết định mới (áp dụng từ 2025-07-01)")


def test_the_national_rule_says_that_its_clause_is_unread(by_id):
    for language, words in (("vi", "chưa được đọc"), ("en", "not been read")):
        rule = compile_policy(by_id["after-hours-game"], AlertContext(language=language))
        assert words in rule.annotations["basis"]


def test_the_page_of_the_runbook_is_linked_where_it_can_be_read(by_id, context):
    url = compile_policy(by_id["after-hours-game"], context).annotations["runbook_url"]
    assert url == "https://docs.example/quannet/policies/after-hours-game.md"
    assert "runbook_url" not in compile_policy(by_id["after-hours-game"], AlertContext()).annotations


def test_no_link_opens_another_venues_board(by_id, context):
    assert not any(
        name.startswith("__") for name in compile_policy(by_id["after-hours-agent"], context).annotations
    )


def test_a_decisions_words_are_no_template_and_no_variable(by_id, context):
    strange = "QĐ ${HOME} {{ $labels.pc }} $5 {{"
    decision = replace(context.provincial[0], basis=strange)
    basis = compile_policy(by_id["after-hours-agent"], replace(context, provincial=(decision,))).annotations[
        "basis"
    ]
    assert "${" not in basis
    assert strange in template.expand(basis, {"pc": "07"}, {})
    assert template.expand(literal(strange), {}, {}) == strange


TWINS = ("after-hours-game", "after-hours-agent", "prohibited-site")


@pytest.mark.parametrize("twin", TWINS)
def test_a_late_violation_is_judged_as_the_one_that_it_is_late_for(by_id, context, twin):
    """By the same law, of the same venues, as grave; also where a province has decided something."""
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
        ("D", "E", "last"),
        ("F", "G", "last"),
    ]
    first, last = rule.beside
    assert first.text.startswith('SELECT min("happened") + 25200 FROM "late"')
    assert last.text.startswith('SELECT max("happened") + 25200 FROM "late"')
    where, by = rule.query.split(" WHERE ")[1].split(" GROUP BY ")
    for more in rule.beside:
        assert more.text.endswith(f" WHERE {where} GROUP BY {by}")


def test_spans_are_said_in_words():
    assert span(timedelta(minutes=2), "vi") == "2 phút"
    assert span(timedelta(seconds=90), "en") == "90 s"
