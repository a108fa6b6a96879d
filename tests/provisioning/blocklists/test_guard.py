"""A list that cannot be right does not replace the one before it."""

import pytest

from collector.problem import Severity
from provisioning.blocklists.guard import judge
from provisioning.blocklists.reading import Reading


def reading(names: int, claimed: int | None = None, *, ends: bool = True) -> Reading:
    found = {f"n{i}.example" for i in range(names)}
    return Reading("domains", found, entries=names, claimed=claimed, claimed_line=3, ends=ends)


@pytest.mark.parametrize(
    ("found", "before", "reason", "severities"),
    [
        (reading(1000), None, "", []),
        (reading(1000, 1000), 1000, "", []),
        (reading(0), None, "empty", [Severity.ERROR]),
        (reading(989, 1000), None, "truncated", [Severity.ERROR]),
        (reading(995, 1000), None, "", [Severity.WARNING]),
        (reading(995, 1000, ends=False), None, "truncated", [Severity.ERROR]),
        (reading(1005, 1000), None, "", []),
        (reading(1100, 1000), None, "", [Severity.WARNING]),
        (reading(800), 1000, "", []),
        (reading(799), 1000, "", [Severity.WARNING]),
        (reading(400), 1000, "", [Severity.WARNING]),
        (reading(399), 1000, "shrunk", [Severity.ERROR]),
        (reading(5000), 1000, "", []),
        (reading(300, 1000), 1000, "truncated", [Severity.ERROR, Severity.ERROR]),
    ],
)
def test_a_list_is_taken_or_refused(found, before, reason, severities):
    verdict = judge(found, "list", before)
    assert verdict.reason == reason
    assert [problem.severity for problem in verdict.problems] == severities


def test_the_problem_points_at_the_count_and_says_both_numbers():
    (problem,) = judge(reading(500, 1000), "list", None).problems
    assert str(problem.place) == "list:3:1"
    assert problem.summary == "500 entries where the list itself counts 1000"


def test_exceptions_alone_are_a_list():
    assert judge(Reading("adblock", set(), {"a.example"}, entries=1), "list", None).reason == ""
