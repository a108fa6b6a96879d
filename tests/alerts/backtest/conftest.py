"""Rules made for a test, generated and read as those of a site are; and the plain evaluation each minute."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from alerts.engine.evaluate import Database, evaluate
from alerts.engine.reader import read
from alerts.engine.rules import Entry
from alerts.engine.state import Phase, loaded, step
from alerts.grafana import render
from alerts.rule import AlertContext, Beside, Rule


def make(
    query, over, *, least=1.0, lasting=0, keep=0, absent=False, meanwhile=None, every="1m", uid="policy-test"
):
    """The rule of a query, as the engine reads it. Times in seconds; `meanwhile` is a query and its number."""
    rule = Rule(
        uid=uid,
        title="Thử",
        query=query,
        datasource_uid="quannet-influxdb",
        over=timedelta(seconds=over),
        least=least,
        lasting=timedelta(seconds=lasting),
        keep_firing=timedelta(seconds=keep),
        labels={"policy": uid.removeprefix("policy-"), "severity": "warning", "audience": "inspector"},
        annotations={"summary": "Thử"},
        absent=absent,
        meanwhile=None if meanwhile is None else (Beside("D", "E", meanwhile[0], "last"), meanwhile[1]),
    )
    alerting, problems = read(render([rule], AlertContext(every=every)))
    assert not problems
    (group,) = alerting.groups
    return Entry(group, group.rules[0])


def plainly(entry, influx, moments):
    """What each evaluation leaves, asked of the database one by one."""
    source, instances = Database(influx), {}
    for number in range(moments.count):
        now = moments.at(number)
        results = evaluate(entry.rule, source, now, loaded(instances.values()))
        instances, _ = step(entry.group, entry.rule, instances, results, now)
        yield instances


def telling(instances):
    """All of the instances that says something to somebody: a normal one is as good as none."""
    return {
        key: (i.phase, i.since, i.began, i.fired, i.values, i.reason)
        for key, i in instances.items()
        if i.phase is not Phase.NORMAL
    }


@pytest.fixture(scope="session")
def made():
    return make


@pytest.fixture(scope="session")
def told():
    return SimpleNamespace(plainly=plainly, telling=telling)
