"""A rule as Grafana's files have it, small, and independent of what is generated."""

import copy
import math

import pytest
import yaml

from alerts.engine.evaluate import Database
from alerts.engine.files import AlertingFile
from alerts.engine.frames import Frame
from alerts.engine.reader import read
from collector.document import parse_yaml
from collector.influx import Unavailable

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


def folder(settings, row=None):
    """Text of a folder's one file: one query summed and held against 60, unless told otherwise."""
    row = row or {}
    rule = {
        "uid": "mine",
        "title": "Too many games",
        "condition": "C",
        "data": [query("A"), expression("B", **SUM), expression("C", **MANY)],
        "noDataState": "OK",
        "execErrState": "Error",
        "for": "0s" if row else "5m",
        "labels": {"policy": "after-hours-game"},
    }
    if "nodes" in row:
        queries = [query(ref) for ref in row.get("see", {"A": {}, "E": {}})]
        rule["data"] = queries + [expression(ref, **model) for ref, model in row["nodes"].items()]
        rule["condition"] = list(row["nodes"])[-1]
    settings = {**settings, **row.get("rule", {})}
    interval = settings.pop("interval", "1m")
    group = {"name": "g", "folder": "quannet", "interval": interval, "rules": [rule | settings]}
    return {"rules.yaml": yaml.safe_dump({"apiVersion": 1, "groups": [group]})}


@pytest.fixture(scope="session")
def make():
    """A group and its one rule, with these settings, or as a row of semantics/ says.

    Read as Grafana reads it: the strict reader would refuse what a row is there to show.
    """

    def made(row=None, **settings):
        found = parse_yaml(folder(settings, row)["rules.yaml"], "rules.yaml", AlertingFile)
        assert not found.problems, found.problems
        return found.value.groups[0], found.value.groups[0].rules[0]

    return made


@pytest.fixture(scope="session")
def refusals():
    """What the strict reader says against the rule of a row."""
    return lambda row: [
        problem.summary + "; " + (problem.details or "") for problem in read(folder({}, row))[1]
    ]


@pytest.fixture(scope="session")
def having():
    """A read value with other settings: its fields are known to pydantic by Grafana's names only."""

    def changed(value, **changes):
        twin = copy.copy(value)
        twin.__dict__.update(changes)
        return twin

    return changed


def labels(text):
    return () if text == "-" else tuple(sorted(tuple(pair.split("=", 1)) for pair in text.split(",")))


NUMBERS = {"null": None, "NaN": math.nan, "Inf": math.inf, "-Inf": -math.inf}


def to_number(text):
    return NUMBERS[text] if text in NUMBERS else float(text)


class Words:
    """A source that reads a row's `see`, a word each time it is asked."""

    def __init__(self, see):
        self.at, self.words = 0, {ref: {labels(k): w.split() for k, w in s.items()} for ref, s in see.items()}

    def frames(self, node, now):
        found = [(key, words[self.at]) for key, words in self.words[node.ref_id].items()]
        if any(word == "!" for _, word in found):
            raise Unavailable("connection refused")
        return [self._frame(key, word, round(now.timestamp())) for key, word in found if word != "."]

    def _frame(self, key, word, now):
        points = [point.partition("@") for point in word.split(",")]
        ago = [int(when or len(points) - 1 - i) for i, (_, _, when) in enumerate(points)]
        values = tuple(to_number(value) for value, _, _ in points)
        return Frame(key, values, tuple((now - seconds) * 1000 for seconds in ago))


class Answer:
    def __init__(self, result):
        self.raw = lambda _: result


@pytest.fixture(scope="session")
def number():
    return to_number


@pytest.fixture
def source_of():
    """What a row of semantics/ lets the database say."""
    return lambda row: Words(row["see"]) if "see" in row else Database(Answer(row["influx"]))
