"""A policy speaks of days, classes and hours as the law does."""

from dataclasses import asdict
from typing import get_args

import pytest

from alerts.parts import Klass
from alerts.policy import ClosedHours
from collector.document import Document, parse_yaml
from collector.problem import as_text
from collector.schema import CLASSES


def test_the_classes_are_those_of_the_schema():
    assert get_args(Klass) == CLASSES


@pytest.mark.parametrize(
    ("closed", "windows"),
    [
        ("22:00-08:00", ((480, 1320),)),
        ("00:00-06:00", ((360, 1440),)),
        ("23:00-24:00", ((0, 1380),)),
        ("12:00-13:30", ((0, 720), (810, 1440))),
    ],
)
def test_what_is_not_closed_is_open(closed, windows):
    read = parse_yaml(f'closed: "{closed}"', "x.yaml", ClosedHours)
    assert read.value.open == windows


@pytest.mark.parametrize("text", ["24:00-00:00", "00:00-24:00", "08:60-09:00", "8:00-9:00", "24:01-25:00"])
def test_hours_that_no_clock_shows_are_refused(text):
    problems = parse_yaml(f'closed: "{text}"', "x.yaml", ClosedHours).problems
    assert "22:00-08:00" in as_text(problems)


def test_where_a_policy_was_read_makes_it_no_other_policy(policies):
    policy = policies[0]
    twin = policy.read_from(Document("elsewhere.yaml", None))
    assert twin == policy
    assert hash(twin) == hash(policy)
    assert twin.place("id").path == "elsewhere.yaml"
    assert policy.place("id").path == "alerts/policies/after-hours-agent.yaml"
    assert "elsewhere" not in str(asdict(twin))


def test_an_unquoted_window_is_the_same_window():
    read = parse_yaml("closed: 22:00-08:00\n", "x.yaml", ClosedHours)
    assert read.value == ClosedHours((1320, 480))
