"""One evaluation of the generated rule (eval/eval.go): instances, no data and errors, in Grafana's order."""

from datetime import UTC, datetime

import pytest

from alerts.engine.evaluate import Database, Verdict, evaluate
from collector.influx import Refused, Unavailable

NOW = datetime.fromtimestamp(1_772_463_600, UTC)


@pytest.fixture(scope="module")
def rule(make):
    return make()[1]


def answer(*rows, columns=("time", "sum")):
    series = [
        {"name": "games", "tags": tags, "columns": list(columns), "values": [list(v)]} for tags, *v in rows
    ]
    return {"series": series} if rows else {}


class Answers:
    """Stands where the database does: gives what it was told to, or raises it."""

    def __init__(self, result):
        self.result, self.asked = result, []

    def raw(self, text):
        self.asked.append(text)
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


def run(rule, result):
    answers = Answers(result)
    return evaluate(rule, Database(answers), NOW), answers.asked


def test_each_series_is_an_instance_with_the_numbers_of_its_way(rule):
    results, asked = run(rule, answer(({"pc": "07"}, 0, 120), ({"pc": "08"}, 0, 0)))
    assert [(r.verdict, r.labels, r.values) for r in results] == [
        (Verdict.ALERTING, (("pc", "07"),), (("B", 120.0), ("C", 1.0))),
        (Verdict.NORMAL, (("pc", "08"),), (("B", 0.0), ("C", 0.0))),
    ]
    assert len(asked) == 1
    assert "time >= 1772463480000ms and time <= 1772463600000ms" in asked[0]


def test_no_rows_are_one_result_without_data(rule):
    (result,) = run(rule, answer())[0]
    assert result.verdict is Verdict.NO_DATA
    assert dict(result.labels) == {"datasource_uid": "quannet-influxdb", "ref_id": "A"}


@pytest.mark.parametrize("fault", [Unavailable("connection refused"), Refused("parse error")])
def test_a_database_that_does_not_answer_is_one_error(rule, fault):
    (result,) = run(rule, fault)[0]
    assert (result.verdict, result.labels, result.error) == (Verdict.ERROR, (), str(fault))


def test_two_columns_have_equal_labels_and_so_are_an_error(rule):
    (result,) = run(rule, answer(({"pc": "07"}, 0, 1, 2), columns=("time", "sum", "max")))[0]
    assert (result.verdict, result.error) == (Verdict.ERROR, "duplicate results with labels {pc=07}")
    assert result.labels == (("pc", "07"),)


def test_a_condition_that_is_a_series_is_an_error(rule, having):
    (result,) = run(having(rule, condition="A"), answer(({"pc": "07"}, 0, 1)))[0]
    assert "looks like time series data" in result.error


def test_a_bare_reduce_as_condition_fires_on_nan(rule, having):
    node = having(rule.data[1], model=rule.data[1].model | {"reducer": "mean", "settings": {}})
    (result,) = run(having(rule, condition="B", data=(rule.data[0], node)), answer(({"pc": "07"}, 0, None)))[
        0
    ]
    assert result.verdict is Verdict.ALERTING


def test_expressions_that_need_each_other_are_an_error(rule, having):
    node = having(rule.data[1], model=rule.data[1].model | {"expression": "B"})
    (result,) = run(having(rule, data=(rule.data[0], node, rule.data[2])), answer(({"pc": "07"}, 0, 1)))[0]
    assert (result.verdict, result.error) == (Verdict.ERROR, "B needs B: an expression needs its own result")


def test_a_threshold_of_a_whole_series_is_an_error_where_it_is_the_condition(rule, having):
    node = having(rule.data[2], model=rule.data[2].model | {"expression": "A"})
    (result,) = run(having(rule, data=(*rule.data[:2], node)), answer(({"pc": "07"}, 0, 1)))[0]
    assert "looks like time series data" in result.error
