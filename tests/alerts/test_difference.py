"""What differs is said so that nobody has to compare two texts by eye."""

import pytest

from alerts.difference import Fires, compare, show, word_by_word
from alerts.story import Contains, Firing

GOT = Fires({"venue": "v", "pc": "07", "severity": "warning", "policy": "p"}, 60.0, {"summary": "a b c"})


@pytest.mark.parametrize(
    "want",
    [
        Firing(venue="v"),
        Firing(venue="v", pc="07", severity="warning", value=60),
        Firing(policy="p"),
        Firing(venue="v", annotations={"summary": "a b c"}),
        Firing(venue="v", annotations={"summary": Contains("b c")}),
    ],
)
def test_what_is_wanted_may_be_a_part_of_what_is(want):
    assert compare([want], [GOT]) == []


@pytest.mark.parametrize(
    ("want", "said"),
    [
        (
            Firing(venue="w"),
            ["should fire, but does not: venue=w", "fires, but should not:     venue=v, pc=07"],
        ),
        (Firing(venue="v", severity="info"), ["venue=v, pc=07: its severity is warning, not info"]),
        (Firing(venue="v", value=61), ["venue=v, pc=07: its value is 60, not 61"]),
        (
            Firing(venue="v", annotations={"todo": "x"}),
            ["venue=v, pc=07: it has no annotation 'todo', but summary"],
        ),
    ],
)
def test_each_difference_is_a_line(want, said):
    assert compare([want], [GOT]) == said


def test_severity_alone_may_name_who_has_no_subject():
    assert compare([Firing(severity="warning")], [GOT]) == []
    assert len(compare([Firing(severity="info")], [GOT])) == 2


def test_nobody_is_wanted_and_somebody_fires():
    assert compare([], [GOT]) == ["fires, but should not:     venue=v, pc=07"]


@pytest.mark.parametrize(
    ("expected", "said", "shown"),
    [
        ("a b c", "a b c", "a b c"),
        ("a b c", "a x c", "a [-b-] {+x+} c"),
        ("a b", "a b c", "a b {+c+}"),
        ("a b c", "c", "[-a b-] c"),
    ],
)
def test_texts_are_compared_word_by_word(expected, said, shown):
    assert word_by_word(expected, said) == shown


def test_who_has_no_subject_is_shown_by_policy():
    assert (
        show({"policy": "p", "severity": "info", "grafana_folder": "f", "__alert_rule_uid__": "u"})
        == "policy=p"
    )
    assert show({"policy": "p", "worker": "1"}) == "worker=1"
