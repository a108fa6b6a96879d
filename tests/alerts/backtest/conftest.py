"""Rules made for a test, generated and read as those of a site are; and the plain evaluation each minute."""

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from alerts.backtest.episode import Episode
from alerts.backtest.run import Outcome, Period
from alerts.engine.evaluate import Database, evaluate
from alerts.engine.reader import read
from alerts.engine.rules import Entry
from alerts.engine.state import Phase, loaded, step
from alerts.grafana import render
from alerts.rule import AlertContext, Beside, Rule
from collector.clock import LOCAL


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


START = datetime(2026, 3, 2, 22, tzinfo=LOCAL)


@pytest.fixture(scope="session")
def episode():
    """From one minute after 22:00 to another one; it was true two minutes before it fired."""

    def make_episode(fired, ended, *, policy="after-hours-game", began_before=False, value=120.0, **labels):
        subject = {"venue": "v-1", "pc": "07", "place": "04273", "class": "game"} | labels
        return Episode(
            policy,
            "warning",
            tuple(sorted((name, text) for name, text in subject.items() if text)),
            START + timedelta(minutes=fired - 2),
            START + timedelta(minutes=fired),
            None if ended is None else START + timedelta(minutes=ended),
            "" if ended is None else "MissingSeries",
            value,
            began_before,
        )

    return make_episode


@pytest.fixture(scope="session")
def outcome():
    def make_outcome(*episodes, policy="after-hours-game", severity="warning", fault=""):
        title = "Chơi trò chơi điện tử ngoài giờ"
        return Outcome(policy, title, severity, "inspector", tuple(episodes), 0 if fault else 60, fault)

    return make_outcome


@pytest.fixture(scope="session")
def hour():
    """A period of some hours from 22:00 on."""
    return lambda hours, phase=0: Period(START, START + timedelta(hours=hours), timedelta(seconds=phase))
