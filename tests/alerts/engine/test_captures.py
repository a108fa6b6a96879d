"""Which numbers belong to which instance (eval/eval.go, captures.go)."""

from alerts.engine.captures import captures
from alerts.engine.outcome import Number
from alerts.engine.plan import plan

A, B = (("venue", "a"),), (("venue", "b"),)
WIDE = (("pc", "1"), ("venue", "a"))


def test_a_chain_of_expressions_gives_its_numbers_in_order(make):
    done = {"A": [], "B": [Number(A, 1.0), Number(B, 2.0)], "C": [Number(A, 0.0), Number(B, 1.0)]}
    assert list(captures(plan(make()[1]), done)) == [
        ((("B", 1.0), ("C", 0.0)), ()),
        ((("B", 2.0), ("C", 1.0)), ()),
    ]


def test_numbers_of_other_labels_bring_these_along(make, having):
    rule = make()[1]
    other = having(rule.data[1], ref_id="D", model={"type": "math", "expression": "$B"})
    ready = plan(having(rule, data=(*rule.data, other)))
    done = {"B": [Number(A, 1.0)], "C": [Number(A, 0.0)], "D": [Number(WIDE, 7.0), Number(B, 8.0)]}
    assert list(captures(ready, done)) == [((("B", 1.0), ("C", 0.0), ("D", 7.0)), (("D", WIDE),))]
