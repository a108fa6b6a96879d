"""Queries of rules taken apart: what rule_query puts together comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.backtest.question import Question, parse
from alerts.compile import compile_all
from alerts.rule import AlertContext
from collector import influxql
from collector.schema import BY_NAME

names = st.text(
    st.characters(codec="utf-8", exclude_characters="\n", exclude_categories=("Cs", "Cc")), min_size=1
)
nasty = st.sampled_from(["a AND b", "it's", 'x" GROUP BY "y', "(", ")", "\\", "= 'x'", "$timeFilter"])
words = st.one_of(names, nasty)


@given(
    st.sampled_from(["sum", "count", "min", "max", "mean", "last"]),
    words,
    words,
    st.lists(st.tuples(words, st.lists(words, min_size=1, max_size=3)), max_size=3),
    st.lists(words, max_size=4),
    st.sampled_from([0, 25_200]),
)
def test_a_query_comes_apart_into_what_it_was_made_of(aggregate, measurement, field, texts, tags, plus):
    conditions = [influxql.any_of(name, values) for name, values in texts]
    conditions.append(influxql.compared(field, ">=", 1.5))
    query = influxql.rule_query(aggregate, measurement, field, conditions, tuple(tags), plus)
    assert parse(query) == Question(aggregate, field, measurement, tuple(conditions), tuple(tags), plus)


def test_every_query_of_the_policies_that_quannet_brings_can_be_asked_of_past_days(policies):
    rules = compile_all(policies, AlertContext(lists={"unlisted-games": ("x",)}))
    texts = [text for rule in rules for text in (rule.query, *(more.text for more in rule.beside))]
    texts += [rule.meanwhile[0].text for rule in rules if rule.meanwhile is not None]
    assert len(rules) == len(policies)
    assert len(texts) > len(rules)
    assert all(parse(text).measurement in BY_NAME for text in texts)


@pytest.mark.parametrize(
    "query",
    [
        'SELECT sum("play") FROM "games"',
        'SELECT percentile("play", 99) FROM "games" WHERE $timeFilter',
        'SELECT stddev("play") FROM "games" WHERE $timeFilter',
        'SELECT sum("play"), max("play") FROM "games" WHERE $timeFilter',
        'SELECT sum("play") FROM "games" WHERE $timeFilter GROUP BY time(1m)',
        'SELECT sum("play") FROM "games" WHERE $timeFilter; DROP DATABASE x',
    ],
)
def test_any_other_query_is_refused_and_shown(query):
    with pytest.raises(ValueError, match="no query of a policy") as told:
        parse(query)
    assert query in str(told.value)


def test_groups_that_are_series_of_the_database_are_known_by_the_schema():
    pc = ("venue", "pc", "place", "class")
    assert Question("sum", "play", "after_hours", (), pc).single
    assert not Question("sum", "play", "after_hours", (), ("venue",)).single
    assert not Question("sum", "minutes", "unobserved", (), pc).single
    assert Question("sum", "minutes", "unobserved", (), (*pc, "state")).single
    assert not Question("sum", "x", "of the site's own", (), pc).single
