"""The generated files are what Grafana provisions its alerting from."""

from dataclasses import replace

import yaml

from alerts.compile import compile_policy
from alerts.engine.reader import read
from alerts.grafana import GROUP_BY, HEADER, render
from alerts.rule import AlertContext


def test_the_same_rules_give_the_same_bytes_in_any_order(policies, context, files):
    rules = [compile_policy(policy, context) for policy in reversed(policies)]
    assert render(rules, context) == files
    assert all(text.startswith(HEADER) for text in files.values())


def test_grafana_would_take_each_file(files):
    _, problems = read(files)
    assert problems == []


def test_dollars_are_doubled_where_grafana_replaces_them_and_only_there(policies, context):
    rule = replace(
        compile_policy(policies[1], context), title="giá $5", labels={"policy": "x", "note": "a$b"}
    )
    text = render([rule], replace(context, mail_recipients=("a$b@x.example",)))
    written = yaml.safe_load(text["rules.yaml"])["groups"][0]["rules"][0]
    assert written["title"] == "giá $$5"
    assert written["labels"]["note"] == "a$$b"
    assert "$timeFilter" in written["data"][0]["model"]["query"]
    assert "$$" not in written["data"][0]["model"]["query"]
    assert "{{ $labels.venue }}" in written["annotations"]["summary"]
    points = yaml.safe_load(text["contact-points.yaml"])["contactPoints"]
    assert points[0]["receivers"][0]["settings"]["addresses"] == "a$$b@x.example"
    alerting, problems = read(text)
    assert problems == []
    assert alerting.groups[0].rules[0].title == "giá $5"
    assert alerting.groups[0].rules[0].labels["note"] == "a$b"


def test_a_late_rule_asks_for_its_times_beside_the_condition(files):
    rule = next(r for r in read(files)[0].groups[0].rules if r.uid == "policy-late-after-hours-game")
    assert [node.ref_id for node in rule.data] == ["A", "B", "C", "D", "E", "F", "G"]
    assert rule.condition == "C"
    spans = {node.relative_time_range for node in rule.data if not node.is_expression}
    assert len(spans) == 1  # Grafana may take the first query's range for all
    reduced = {n.ref_id: n.model["expression"] for n in rule.data if n.model.get("type") == "reduce"}
    assert reduced == {"B": "A", "E": "D", "G": "F"}


def test_no_data_is_quiet_and_an_error_is_loud(files):
    for rule in read(files)[0].groups[0].rules:
        assert (rule.no_data_state, rule.exec_err_state) == ("OK", "Error")


def test_notices_are_grouped_by_policy_and_venue(files):
    route = read(files)[0].route
    assert route.group_by == GROUP_BY
    assert route.receiver == "quannet-mail"


def test_a_rule_that_is_gone_is_deleted_and_one_that_stays_is_not(policies, context):
    retired = ("policy-old", "policy-after-hours-game")
    text = render([compile_policy(policies[1], context)], replace(context, retired=retired))
    assert yaml.safe_load(text["rules.yaml"])["deleteRules"] == [{"orgId": 1, "uid": "policy-old"}]


def test_without_recipients_grafanas_own_contact_points_stay(policies):
    context = AlertContext()
    assert list(render([compile_policy(policies[0], context)], context)) == ["rules.yaml"]


def test_where_rules_are_evaluated_quickly_the_first_notice_is_quick(policies, context):
    files = render([compile_policy(policies[1], context)], replace(context, every="10s"))
    assert read(files)[0].route.group_wait.total_seconds() == 10


def test_the_message_template_says_firing_and_ended_in_the_sites_language(files):
    words = yaml.safe_load(files["templates.yaml"])["templates"][0]["template"]
    assert words.count("{{ define ") == 2
    assert words.count("{{") == words.count("}}")
    opened = sum(words.count(f"{{{{ {word} ") for word in ("define", "range", "if"))
    assert opened == words.count("{{ end }}")
    assert "Cảnh báo" in words
