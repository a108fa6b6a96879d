"""Which routes an alert takes, and what they inherit (al:definition, am:dispatch/route.go)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.engine.routes import Root, tree
from collector.document import parse_yaml
from collector.problem import as_text

TREE = """
receiver: root
group_by: [policy, venue]
repeat_interval: 4h
routes:
- receiver: first
  object_matchers: [[severity, '=', critical]]
  continue: true
- receiver: second
  object_matchers: [[severity, '=~', 'crit.*|warning'], [class, '!=', isp]]
  group_by: [policy]
  group_wait: 0s
  routes:
  - object_matchers: [[class, '=', game]]
    group_interval: 1m
    routes:
    - {receiver: deep, matchers: ['venue=~"yb-.*"']}
  - {receiver: other, object_matchers: [[class, '!~', 'game|agent']]}
- receiver: third
  match: {severity: critical}
- receiver: fourth
  match_re: {severity: 'i.*'}
"""


def read(text):
    found = parse_yaml(text, "policies.yaml", Root)
    assert not found.problems, as_text(found.problems)
    return tree(found.value)


@pytest.mark.parametrize(
    ("labels", "receivers"),
    [
        ({}, ["root"]),
        ({"severity": "warning"}, ["other"]),  # an absent class is an empty text
        ({"severity": "warning", "class": "agent"}, ["second"]),
        ({"severity": "warning", "class": "game"}, ["second"]),  # inherited
        ({"severity": "warning", "class": "game", "venue": "yb-0012"}, ["deep"]),
        ({"severity": "warning", "class": "isp"}, ["root"]),
        ({"severity": "critical", "class": "agent"}, ["first", "second"]),  # goes on, and then no further
        ({"severity": "critical", "class": "isp"}, ["first", "third"]),
        ({"severity": "info"}, ["fourth"]),
        ({"severity": "xinfo"}, ["root"]),  # expressions are anchored
        ({"severity": "warnings", "class": "agent"}, ["root"]),
    ],
)
def test_an_alert_takes_the_first_child_that_matches_depth_first(labels, receivers):
    assert [branch.receiver for branch in read(TREE).taken(labels)] == receivers


def test_what_a_route_does_not_say_it_has_from_the_one_above():
    root = read(TREE)
    (deep,) = root.taken({"severity": "warning", "class": "game", "venue": "yb-0012"})
    assert deep.group_by == ("policy",)
    assert (deep.group_wait, deep.group_interval, deep.repeat_interval) == (
        timedelta(0),
        timedelta(minutes=1),
        timedelta(hours=4),
    )
    (other,) = root.taken({"severity": "warning"})
    assert other.group_interval == timedelta(minutes=5)  # Alertmanager's own
    (first, _) = root.taken({"severity": "critical", "class": "isp"})
    assert first.group_by == ("policy", "venue")


def test_a_mute_is_a_routes_own_and_not_inherited():
    root = read(
        "{receiver: r, routes: [{object_matchers: [[a, '=', b]], mute_time_intervals: [night],"
        " routes: [{object_matchers: [[c, '=', d]]}]}]}"
    )
    assert [branch.mute for branch in root.taken({"a": "b", "c": "d"})] == [()]
    assert [branch.mute for branch in root.taken({"a": "b"})] == [("night",)]


def test_every_route_has_a_key_of_its_own():
    twins = read("{receiver: r, routes: [{receiver: a, continue: true}, {receiver: b}]}")
    keys = [branch.key for branch in (*read(TREE).all(), *twins.all())]
    assert len(set(keys)) == len(keys) - 1  # both roots are the root


@pytest.mark.parametrize(
    ("matcher", "labels"),
    [
        (
            "object_matchers: [[venue, '=', '\"yb-0012\"']]",
            {"venue": "yb-0012"},
        ),  # outer quotes are Grafana's
        ("object_matchers: [[venue, '=', 'a$$b']]", {"venue": "a$b"}),
        ("object_matchers: [[venue, '=~', 'yb-[0-9]+$']]", {"venue": "yb-1"}),  # no name follows the dollar
        ("matchers: ['venue = yb-0012']", {"venue": "yb-0012"}),
        ("matchers: ['venue!=\"yb\"']", {"venue": "yb-0012"}),
        ("matchers: ['venue!~\"la-.*\"']", {"venue": "yb-0012"}),
    ],
)
def test_forms_of_matchers(matcher, labels):
    root = read(f"{{receiver: r, routes: [{{receiver: hit, {matcher}}}]}}")
    assert [branch.receiver for branch in root.taken(labels)] == ["hit"]


@pytest.mark.parametrize(
    ("route", "words"),
    [
        ("object_matchers: [[severity, '=']]", "write three texts"),
        ("object_matchers: [[severity, '==', info]]", "is no operator"),
        ("object_matchers: [[severity, '=', 1]]", "write three texts"),
        ("object_matchers: [['', '=', info]]", "a matcher without a label"),
        ("object_matchers: [[severity, '=~', '(a']]", "is no regular expression"),
        ("object_matchers: [[severity, '=~', 'a(?=b)']]", "RE2 cannot"),
        ("object_matchers: [[severity, '=~', '(a)\\1']]", "RE2 cannot"),
        ("matchers: ['severity']", "is no matcher"),
        ("matchers: [[severity, '=', info]]", "is no matcher"),
        ("match: {severity: 1}", "are no labels with texts"),
        ("group_interval: 0s", "may not be 0"),
        ("repeat_interval: 0", "is no text"),
        ("group_wait: soon", "is no duration"),
        ("continue: 'yes'", "true"),
        ("group_by: policy", "is not a list"),
        ("mute_timings: [night]", "'mute_timings' is no key here"),
        ("orgId: 1", "'orgId' is no key here"),
    ],
)
def test_what_grafana_would_refuse_or_lose_is_a_problem_with_its_place(route, words):
    text = as_text(parse_yaml(f"receiver: r\nroutes:\n- {{{route}}}\n", "policies.yaml", Root).problems)
    assert words in text, text
    assert "--> policies.yaml:3:" in text


LABELS = st.dictionaries(st.sampled_from("abc"), st.sampled_from("xy"), max_size=3)
CONDITIONS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["=", "!=", "=~", "!~"]), st.sampled_from("xy")).map(
        list
    ),
    max_size=2,
)


def routes(depth):
    below = st.just([]) if depth == 0 else st.lists(routes(depth - 1), max_size=3)
    return st.fixed_dictionaries({"object_matchers": CONDITIONS, "continue": st.booleans(), "routes": below})


def numbered(route, count):
    """Each route a receiver of its own, so that it can be told which was taken."""
    named = {"receiver": f"r{next(count)}", **route}
    return named | {"routes": [numbered(child, count) for child in route["routes"]]}


def oracle(route, labels):
    """The walk as prose has it: collect, stop after the first child with a match that does not go on."""
    for name, operator, value in route.get("object_matchers", ()):
        equal = labels.get(name, "") == value
        if equal == operator.startswith("!"):
            return None
    taken = []
    for child in route["routes"]:
        below = oracle(child, labels)
        if below is not None:
            taken.extend(below)
            if not child["continue"]:
                return taken
    return taken or [route["receiver"]]


@given(st.lists(routes(2), max_size=3), LABELS)
def test_any_tree_is_walked_as_the_oracle_walks_it(children, labels):
    given = numbered({"routes": children}, iter(range(1000)))
    found = tree(Root(**given))
    assert [branch.receiver for branch in found.taken(labels)] == oracle(given, labels)
