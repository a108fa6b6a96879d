"""Label sets that go together (pkg/expr/mathexp/exp.go: union), against each compared with each."""

from hypothesis import given
from hypothesis import strategies as st

from alerts.engine.matching import Index

SETS = st.lists(
    st.dictionaries(st.sampled_from("abc"), st.sampled_from("12"), max_size=3).map(
        lambda d: tuple(sorted(d.items()))
    ),
    max_size=6,
)


def test_equal_sets_larger_ones_and_smaller_ones_are_found_in_the_order_of_the_list():
    one, other, both, none = (("a", "1"),), (("a", "2"),), (("a", "1"), ("b", "1")), ()
    index = Index([both, other, one, none])
    assert index.matches(one) == [0, 2, 3]
    assert index.matches((("b", "1"),)) == [0, 3]
    assert index.matches(none) == [0, 1, 2, 3]
    assert list(index.equal(one)) == [2]
    assert list(index.equal((("c", "1"),))) == []


@given(SETS, SETS)
def test_it_finds_what_comparing_each_with_each_does(members, asked):
    index = Index(members)
    for labels in asked:
        own = set(labels)
        expected = [i for i, other in enumerate(members) if own <= set(other) or set(other) <= own]
        assert index.matches(labels) == expected
