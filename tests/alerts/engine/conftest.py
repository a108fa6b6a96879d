"""A rule as Grafana's files have it, small, and independent of what is generated."""

import copy

import pytest
import yaml

from alerts.engine.reader import read

QUERY = 'SELECT sum("n") FROM "games" WHERE $timeFilter GROUP BY "venue", "pc"'


def query(ref, text=QUERY, source="quannet-influxdb"):
    model = {"refId": ref, "rawQuery": True, "query": text, "resultFormat": "time_series"}
    span = {"from": 120, "to": 0}
    return {"refId": ref, "datasourceUid": source, "relativeTimeRange": span, "model": model}


def expression(ref, **model):
    node = {"refId": ref, "datasourceUid": "__expr__", "model": {"refId": ref, **model}}
    if model["type"] == "resample":
        node["relativeTimeRange"] = {"from": 120, "to": 0}
    return node


SUM = {"type": "reduce", "expression": "A", "reducer": "sum", "settings": {"mode": "dropNN"}}
MANY = {
    "type": "threshold",
    "expression": "B",
    "conditions": [{"evaluator": {"type": "gte", "params": [60]}}],
}


@pytest.fixture(scope="session")
def make():
    """A group and its one rule: one query summed and held against 60, unless told otherwise."""

    def made(**settings):
        rule = {
            "uid": "mine",
            "title": "Too many games",
            "condition": "C",
            "data": [query("A"), expression("B", **SUM), expression("C", **MANY)],
            "noDataState": "OK",
            "execErrState": "Error",
            "for": "5m",
            "labels": {"policy": "after-hours-game"},
        }
        group = {"name": "g", "folder": "quannet", "interval": "1m", "rules": [rule | settings]}
        alerting, problems = read({"rules.yaml": yaml.safe_dump({"apiVersion": 1, "groups": [group]})})
        assert not problems, problems
        return alerting.groups[0], alerting.groups[0].rules[0]

    return made


@pytest.fixture(scope="session")
def having():
    """A read value with other settings: its fields are known to pydantic by Grafana's names only."""

    def changed(value, **changes):
        twin = copy.copy(value)
        twin.__dict__.update(changes)
        return twin

    return changed
