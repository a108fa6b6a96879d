"""Rules are evaluated two at a time, answered in order, and not at all where the database is away."""

import threading
from datetime import UTC, datetime
from types import SimpleNamespace

from alerts.engine.evaluate import Verdict
from alerts.engine.files import GroupFile, RuleFile
from alerts.engine.judging import Judge
from alerts.engine.rules import Entry
from collector.document import parse_yaml
from collector.influx import Refused, Unavailable

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
RULE = """
uid: {uid}
title: {uid}
condition: B
data:
- {{refId: A, datasourceUid: db, relativeTimeRange: {{from: 60, to: 0}}, model: {{rawQuery: true, query: "{uid}"}}}}
- {{refId: B, datasourceUid: __expr__, model: {{type: reduce, expression: A, reducer: last}}}}
"""


def due(*uids):
    rules = tuple(parse_yaml(RULE.format(uid=uid), "x", RuleFile).value for uid in uids)
    assert all(rules)
    group = SimpleNamespace(spec=GroupFile)  # not looked at
    return [(Entry(group, rule), NOW) for rule in rules]


class Database:
    """Answers a query with its own text as a label; `faults` by query; `alive` to a ping or not."""

    def __init__(self, faults=None, alive=True):
        self.faults, self.alive = faults or {}, alive
        self.asked = []
        self.gates = {}

    def raw(self, text):
        self.asked.append(text)
        if text in self.gates:
            assert self.gates[text].wait(10)
        for gate in self.gates.values():
            gate.set()
        if text in self.faults:
            raise self.faults[text]
        series = {"name": "m", "tags": {"rule": text}, "columns": ["time", "last"], "values": [[0, 1]]}
        return {"series": [series]}

    def version(self):
        if not self.alive:
            raise Unavailable("no answer")
        return "1.6.7"


def labelled(results):
    return [[dict(result.labels).get("rule", result.verdict.value) for result in found] for found in results]


def test_answers_come_in_the_order_of_the_rules_though_the_first_is_the_slowest():
    database = Database()
    database.gates["a"] = threading.Event()  # opened by the next query: both are asked at once
    assert labelled(Judge(database).results(due("a", "b", "c"))) == [["a"], ["b"], ["c"]]


def test_each_rule_that_was_answered_is_a_sign_of_life():
    beats = []
    list(Judge(Database(), lambda: beats.append(1)).results(due("a", "b", "c")))
    assert len(beats) == 3


def test_a_rule_that_fails_leaves_the_others_where_the_database_is_there():
    database = Database({"b": Refused("too many points"), "c": Unavailable("timed out")})
    found = labelled(Judge(database).results(due("a", "b", "c", "d", "e")))
    assert found == [["a"], ["Error"], ["Error"], ["d"], ["e"]]


def test_a_database_that_is_away_is_not_waited_for_by_each_rule():
    gone = Unavailable("timed out")
    database = Database(dict.fromkeys("abcdefgh", gone), alive=False)
    found = list(Judge(database).results(due(*"abcdefgh")))
    assert [result.verdict for (result,) in found] == [Verdict.ERROR] * 8
    assert len(database.asked) <= 4
    assert "did not answer the rules before" in found[-1][0].error
    database.faults, database.alive = {}, True
    assert labelled(Judge(database).results(due("a"))) == [["a"]]


def test_what_a_recovery_threshold_holds_on_to_reaches_its_rule():
    recovery = {"evaluator": {"type": "gt", "params": [5]}, "unloadEvaluator": {"type": "lt", "params": [1]}}
    (entry, at), other = due("a", "b")
    entry.rule.data[1].model.update(type="threshold", conditions=[recovery])
    entry.rule.data[1].model["expression"] = "R"
    reduced = parse_yaml(RULE.format(uid="x"), "x", RuleFile).value.data[1]
    reduced.__dict__["ref_id"] = "R"
    entry.rule.__dict__["data"] = (*entry.rule.data, reduced)
    judge = Judge(Database())
    verdicts = [
        [found[0].verdict for found in judge.results([(entry, at), other], held)]
        for held in ({}, {"a": {(("rule", "a"),)}}, {"b": {(("rule", "a"),)}})
    ]
    assert [first for first, _ in verdicts] == [Verdict.NORMAL, Verdict.ALERTING, Verdict.NORMAL]
