"""A reason is said when it has held long enough, and no longer than it holds."""

import pytest

from collector.agent.blindness.evidence import Blindness
from collector.agent.blindness.judges import REASONS
from collector.agent.blindness.steady import Steady


def said(samples: str, reason: str) -> str:
    """`x` in each sample where the reason is seen; in the answer, where it is said."""
    steady = Steady()
    seen = {"x": (Blindness(reason, "why"),), ".": ()}
    return "".join("x" if steady.take(seen[sample]) else "." for sample in samples)


@pytest.mark.parametrize(
    ("seen", "then"),
    [
        ("x", "."),
        ("xx", ".x"),
        ("x.x.x.", "......"),
        ("xxxx", ".xxx"),
        ("xx.x", ".xxx"),
        ("xx..xx", ".xx..x"),
        ("xx...", ".xx.."),
        ("xx.x.x..", ".xxxxxx."),
    ],
)
def test_a_reason_of_two_samples(seen, then):
    assert REASONS["doh"] == 2
    assert said(seen, "doh") == then


@pytest.mark.parametrize("seen", ["x", "x.x", "xx.", "..x"])
def test_a_reason_that_one_look_proves(seen):
    assert REASONS["no_permission"] == 1
    assert said(seen, "no_permission") == seen


def test_reasons_do_not_count_for_each_other():
    steady = Steady()
    assert steady.take((Blindness("doh", "a"),)) == ()
    assert steady.take((Blindness("dot", "b"),)) == ()
    both = (Blindness("doh", "a"), Blindness("dot", "b"))
    assert steady.take(both) == (Blindness("dot", "b"),)
    assert steady.take(both) == both


def test_the_newest_detail_is_said():
    steady = Steady()
    steady.take((Blindness("doh", "a"),))
    assert steady.take((Blindness("doh", "b"),)) == (Blindness("doh", "b"),)
