"""The generated files are what Grafana provisions its alerting from."""

from dataclasses import replace
from datetime import timedelta

import yaml

from alerts.compile import compile_all, compile_policy
from alerts.engine.reader import read
from alerts.grafana import ADMINISTRATORS, CONTACT, GROUP_BY, HEADER, OFFICE, render
from alerts.rule import AlertContext, Beside, Rule


def test_the_same_rules_give_the_same_bytes_in_any_order(policies, context, files):
    rules = compile_all(policies, context)[::-1]
    assert render(rules, context) == files
    assert all(text.startswith(HEADER) for text in files.values())


def test_grafana_would_take_each_file(files):
    _, problems = read(files)
    assert problems == []


def test_dollars_are_doubled_where_grafana_replaces_them_and_only_there(by_id, context):
    rule = replace(
        compile_policy(by_id["after-hours-game"], context),
        title="giá $5",
        labels={"policy": "x", "note": "a$b"},
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


def test_a_rule_reads_so_many_whole_seconds_ten_seconds_late(files):
    rules = {rule.uid: rule for rule in read(files)[0].groups[0].rules}
    spans = {
        node.relative_time_range for node in rules["policy-after-hours-game"].data if not node.is_expression
    }
    assert {(span.since, span.until) for span in spans} == {(129, 10)}  # 120 seconds, both ends included


def test_what_ends_is_a_series_that_is_gone_and_a_silent_database_neither_begins_nor_ends_anything(
    files, policies
):
    absent = {policy.rule_uid for policy in policies if policy.threshold.absent}
    rules = read(files)[0].groups[0].rules
    states = {rule.uid: (rule.no_data_state, rule.exec_err_state) for rule in rules}
    assert absent
    assert {states[uid] for uid in absent} == {("Alerting", "Alerting")}
    assert {states[uid] for uid in states if uid not in absent} == {("OK", "KeepLast")}


def test_a_second_condition_of_the_same_subject_is_joined_by_math():
    rule = Rule(
        uid="policy-x",
        title="x",
        query="SELECT a",
        datasource_uid="d",
        over=timedelta(minutes=5),
        least=5,
        lasting=timedelta(0),
        keep_firing=timedelta(minutes=15),
        labels={},
        annotations={},
        meanwhile=(Beside("D", "E", "SELECT b", "last"), 0.5),
    )
    text = render([rule], AlertContext())
    written = yaml.safe_load(text["rules.yaml"])["groups"][0]["rules"][0]
    assert [(node["refId"], node["model"].get("type")) for node in written["data"]] == [
        ("A", None),
        ("B", "reduce"),
        ("D", None),
        ("E", "reduce"),
        ("F", "math"),
        ("C", "threshold"),
    ]
    assert written["data"][4]["model"]["expression"] == "$B >= 5 && $E >= 0.5"
    assert (written["for"], written["keepFiringFor"]) == ("0s", "15m")
    assert read(text)[1] == []


def root(files):
    return yaml.safe_load(files["policies.yaml"])["policies"][0]


def test_notices_are_grouped_by_policy_and_venue(files):
    assert root(files)["group_by"] == list(GROUP_BY)
    assert root(files)["receiver"] == CONTACT


def test_what_only_informs_waits_for_the_office_and_the_stack_tells_its_administrators(
    files, policies, context
):
    stack, information, patient = root(files)["routes"]
    assert stack["object_matchers"] == [["audience", "=", "administrator"]]
    assert stack["receiver"] == CONTACT  # this site names no administrators
    assert information["object_matchers"] == [["severity", "=", "info"]]
    assert information["mute_time_intervals"] == patient["mute_time_intervals"] == [OFFICE]
    leave = [policy.id for policy in policies if policy.told == "in-office-hours"]
    assert patient["object_matchers"] == [["policy", "=~", "|".join(leave)]]
    own = render(compile_all(policies, context), replace(context, administrators=("it@laocai.example",)))
    assert root(own)["routes"][0]["receiver"] == ADMINISTRATORS
    assert read(own)[1] == []


def test_the_office_is_closed_before_and_after_its_hours_and_all_day_at_the_weekend(files):
    times = yaml.safe_load(files["mute-times.yaml"])["muteTimes"][0]["time_intervals"]
    assert [time.get("times", time.get("weekdays")) for time in times] == [
        [{"start_time": "00:00", "end_time": "07:30"}, {"start_time": "17:00", "end_time": "24:00"}],
        ["saturday", "sunday"],
    ]
    assert {time["location"] for time in times} == {"Asia/Ho_Chi_Minh"}


def test_a_rule_that_is_gone_is_deleted_and_one_that_stays_is_not(by_id, context):
    retired = ("policy-old", "policy-after-hours-game")
    text = render([compile_policy(by_id["after-hours-game"], context)], replace(context, retired=retired))
    assert yaml.safe_load(text["rules.yaml"])["deleteRules"] == [{"orgId": 1, "uid": "policy-old"}]


def test_without_recipients_grafanas_own_contact_points_stay(by_id):
    context = AlertContext()
    assert list(render([compile_policy(by_id["after-hours-agent"], context)], context)) == ["rules.yaml"]


def test_where_rules_are_evaluated_quickly_the_first_notice_is_quick(by_id, context):
    files = render([compile_policy(by_id["after-hours-game"], context)], replace(context, every="10s"))
    assert root(files)["group_wait"] == "10s"


def test_the_message_template_says_firing_and_ended_in_the_sites_language(files):
    words = yaml.safe_load(files["templates.yaml"])["templates"][0]["template"]
    assert words.count("{{ define ") == 2
    assert words.count("{{") == words.count("}}")
    opened = sum(words.count(f"{{{{ {word} ") for word in ("define", "range", "if"))
    assert opened == words.count("{{ end }}")
    assert "Cảnh báo" in words


def test_what_only_informs_and_what_a_file_settles_wait_for_the_office(files, policies):
    (tree,) = yaml.safe_load(files["policies.yaml"])["policies"]
    waiting = [route for route in tree["routes"] if "mute_time_intervals" in route]
    patient = [policy.id for policy in policies if policy.told == "in-office-hours"]
    assert "certificate-missing" in patient
    assert [route["object_matchers"] for route in waiting] == [
        [["severity", "=", "info"]],
        [["policy", "=~", "|".join(patient)]],
    ]
    assert {route["repeat_interval"] for route in waiting} == {"24h"}


def test_where_no_policy_is_patient_no_route_says_so(policies, context):
    text = render([compile_policy(policies[0], context)], context)["policies.yaml"]
    assert "=~" not in text
