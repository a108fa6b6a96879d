"""Variables: what may be chosen, and what Grafana puts into a query of it."""

from dataclasses import replace

import pytest

from dashboards.preview import variables
from dashboards.preview.reader import Board, Variable
from dashboards.preview.variables import Choice

PLACE = Variable(
    "place", "custom", "Place", "", True, True, ".*", (("04.1", "One"), ("2", "Two"), ("a|b", "Three"))
)
VENUE = Variable(
    "venue", "query", "Venue", 'SHOW TAG VALUES FROM "presence" WITH KEY = "venue"', False, False, None, ()
)
QUERY = '"place" =~ /^$place$/ AND "x" = \'$placebo\' AND "y" =~ /^${place}$/'


def board(*of):
    return Board("b", "B", "", (), of, (), ("now-1h", "now"), "", "b.json")


def chosen(variable, *values):
    return variables.choose(board(variable), None, {variable.name: values})[0]


@pytest.mark.parametrize(
    ("values", "regex"),
    [
        ((), ".*"),
        (("$__all",), ".*"),
        (("04.1",), r"04\.1"),
        (("2", "a|b"), r"(2|a\|b)"),
        (("$__all", "2"), "2"),
    ],
)
def test_a_choice_becomes_a_regex_as_grafana_writes_it(values, regex):
    assert chosen(PLACE, *values).regex() == regex


def test_all_without_a_text_of_its_own_is_every_option():
    assert chosen(replace(PLACE, all_value=None)).regex() == r"(04\.1|2|a\|b)"


def test_a_value_is_put_where_the_name_stands_and_nowhere_else():
    filled = variables.fill(QUERY, [chosen(PLACE, "04.1")])
    assert filled == r""""place" =~ /^04\.1$/ AND "x" = '$placebo' AND "y" =~ /^04\.1$/"""


def test_a_query_without_variables_stays():
    assert variables.fill("SELECT $x", []) == "SELECT $x"


@pytest.mark.parametrize("value", ["3", "x/ OR 1=1", ".*", "04.1|2", "", "One"])
def test_what_is_no_option_is_refused(value):
    with pytest.raises(ValueError, match="is not to be chosen"):
        chosen(PLACE, value)


def test_a_variable_of_one_value_takes_the_first_of_two():
    """A link from a board on which several are chosen brings them all."""
    assert chosen(replace(PLACE, multi=False), "2", "04.1").values == ("2",)
    with pytest.raises(ValueError, match="is not to be chosen"):
        chosen(replace(PLACE, multi=False), "2", "other")


def test_without_all_the_first_option_is_chosen():
    choice = chosen(replace(PLACE, include_all=False, multi=False))
    assert choice.values == ("04.1",)
    assert not choice.every


def test_a_slash_in_a_value_cannot_end_the_regex():
    variable = replace(PLACE, options=(("a/ OR b", "x"),))
    assert chosen(variable, "a/ OR b").regex() == r"a\/ OR b"


def test_the_address_carries_a_choice_as_grafana_does():
    assert chosen(PLACE).arguments() == [("var-place", "$__all")]
    assert chosen(PLACE, "2", "a|b").arguments() == [("var-place", "2"), ("var-place", "a|b")]


def test_a_query_variable_offers_what_the_database_knows(province):
    (choice,) = variables.choose(board(VENUE), province, {})
    assert choice.options == tuple((f"yb-00{n}", f"yb-00{n}") for n in (12, 19, 26, 33))
    assert choice.regex() == "yb-0012"


def test_a_query_variable_without_options_matches_nothing(influx):
    (choice,) = variables.choose(board(VENUE), influx, {})
    assert choice.values == ()
    influx.write(['presence,venue="x" online=1i'])
    assert (
        influx.query(variables.fill('SELECT * FROM "presence" WHERE "venue" =~ /^$venue$/', [choice])) == []
    )


@pytest.mark.parametrize(
    "value", ["a/b", "a.b", "a(b", "a\\b", "a$b", "a-b", "a[b", "a+b", "a*b", "a{2}b", "a^b"]
)
def test_influxdb_reads_an_escaped_value_as_the_value_itself(value, influx):
    influx.write([f"m,tag={value} x=1i 1", "m,tag=other x=1i 1", "m,tag=aXb x=1i 1", "m,tag=aab x=1i 1"])
    choice = Choice(replace(PLACE, name="v"), ((value, value),), (value,), every=False)
    answer = influx.query(variables.fill('SELECT "tag", "x" FROM "m" WHERE "tag" =~ /^$v$/', [choice]))
    assert [series.column("tag") for series in answer] == [[value]]
