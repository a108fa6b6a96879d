"""A rule made ready: order of need, faults, and what is kept of it."""

import gc

import pytest

from alerts.engine.plan import PerRule, plan, plan_of


def node(make, having, ref, **model):
    base = make()[1].data[1]
    return having(base, ref_id=ref, model={"refId": ref, **model})


def test_steps_stand_in_the_order_of_need_and_know_whose_labels_they_have(make):
    ready = plan(make()[1])
    assert [(step.ref, step.root) for step in ready.steps] == [("A", "A"), ("B", "A"), ("C", "A")]
    assert ready.fault == ""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"condition": "Z"}, "no query or expression is 'Z'"),
        ({"model": {"type": "reduce", "expression": "Z", "reducer": "sum"}}, "needs 'Z', which is no query"),
        ({"model": {"type": "sql"}}, "switched off"),
        ({"model": {"type": "math", "expression": "$A >-1"}}, "no operator"),
        ({"model": {"type": "math", "expression": "$C"}}, "an expression needs its own result"),
        ({"model": {"type": "resample", "expression": "A"}}, "time range of its own"),
    ],
)
def test_what_grafana_could_not_begin_with_is_a_fault_and_no_steps(make, having, changes, said):
    rule = make()[1]
    if "model" in changes:
        data = (rule.data[0], having(rule.data[1], model=changes["model"]), rule.data[2])
        rule = having(rule, data=data)
    else:
        rule = having(rule, **changes)
    ready = plan(rule)
    assert said in ready.fault
    assert ready.steps == ()


def test_a_plan_is_made_once_a_rule_and_goes_with_it(make, having):
    rule = make()[1]
    assert plan_of(rule) is plan_of(rule)
    made = []
    per_rule = PerRule(lambda rule: made.append(rule.uid) or len(made))
    twin = having(rule)
    assert [per_rule(rule), per_rule(twin), per_rule(rule)] == [1, 2, 1]
    del twin
    gc.collect()
    assert len(per_rule._kept) == 1
