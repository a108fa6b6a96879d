"""The lock shows a changed rule as a changed line, and remembers the rules that Grafana must delete."""

from __future__ import annotations

import shutil

import yaml

from provisioning import lock, plan, site
from provisioning.scaffold import EXAMPLE

GONE = "policy-use-at-cafes"


def alerting(planned):
    return yaml.safe_load(planned["grafana/provisioning/alerting/rules.yaml"])


def test_a_second_run_leaves_it_as_it_is(site_folder):
    where = site_folder()
    assert lock.write(where, plan.plan(site.load(where)[0]))
    assert not lock.write(where, plan.plan(site.load(where)[0]))
    assert GONE in lock.uids((where / lock.NAME).read_text("utf-8"))


def test_a_rule_that_vanished_is_deleted_from_then_on(site_folder):
    where = site_folder()
    lock.write(where, plan.plan(site.load(where)[0]))
    shutil.rmtree(where / "policies")
    for _ in range(2):
        planned = plan.plan(site.load(where)[0])
        assert alerting(planned)["deleteRules"] == [{"orgId": 1, "uid": GONE}]
        lock.write(where, planned)
    assert f"{GONE} -\n" in (where / lock.NAME).read_text("utf-8")


def test_a_rule_that_comes_back_is_no_longer_deleted(site_folder):
    where = site_folder()
    (where / lock.NAME).write_text(f"{GONE} -\n", "utf-8")
    assert "deleteRules" not in alerting(plan.plan(site.load(where)[0]))


def test_only_the_line_of_a_changed_rule_changes(site_folder):
    where = site_folder()
    lock.write(where, plan.plan(site.load(where)[0]))
    before = (where / lock.NAME).read_text("utf-8").splitlines()
    path = where / "policies" / "use-at-cafes.yaml"
    path.write_text(path.read_text("utf-8").replace("for: 5m", "for: 6m"), "utf-8")
    lock.write(where, plan.plan(site.load(where)[0]))
    after = (where / lock.NAME).read_text("utf-8").splitlines()
    assert [line.split()[0] for line in set(before) ^ set(after)] == [GONE, GONE]


def test_what_a_plan_does_to_known_rules_is_told(site_folder):
    where = site_folder()
    planned = plan.plan(site.load(where)[0])
    assert set(lock.changes(where, planned).values()) == {"new"}
    lock.write(where, planned)
    assert lock.changes(where, planned) == {}
    path = where / "policies" / "use-at-cafes.yaml"
    path.write_text(path.read_text("utf-8").replace("for: 5m", "for: 6m"), "utf-8")
    assert lock.changes(where, plan.plan(site.load(where)[0])) == {GONE: "changed"}
    path.unlink()
    without = plan.plan(site.load(where)[0])
    assert lock.changes(where, without) == {GONE: "gone"}
    lock.write(where, without)
    assert lock.changes(where, without) == {}


def test_the_lock_of_the_example_is_current():
    text = (EXAMPLE / lock.NAME).read_text("utf-8")
    planned = plan.plan(site.load(EXAMPLE)[0])
    assert lock.advance(text, planned) == text, "run `make generate`"
