"""From InfluxDB's answers to frames, and the transformations of our boards."""

import pytest

from collector.influx import Series
from dashboards.preview import frames
from dashboards.preview.frames import Column, Frame
from dashboards.preview.reader import Target

CPU = [
    Series("host", {"pc": "01", "venue": "v"}, ("time", "mean", "max"), ((1, 2.0, 3.0), (2, None, 4.0))),
    Series("host", {"pc": "02", "venue": "v"}, ("time", "mean", "max"), ((1, 5.0, 6.0),)),
]


def target(alias="", *, table=False):
    return Target("A", "", alias, table)


def table(ref, **columns):
    return Frame(ref, tuple(Column(name, tuple(values)) for name, values in columns.items()))


def rows(frame):
    return {c.name: list(c.values) for c in frame.columns}


def test_each_column_of_each_series_is_a_frame_of_its_own():
    found = frames.from_answer(target(), CPU)
    assert [f.columns[1].name for f in found] == [
        "host.mean { pc: 01, venue: v }",
        "host.max { pc: 01, venue: v }",
        "host.mean { pc: 02, venue: v }",
        "host.max { pc: 02, venue: v }",
    ]
    assert found[0].columns[0].values == (1, 2)
    assert found[0].columns[1].values == (2.0, None)
    assert found[0].columns[1].labels == (("pc", "01"), ("venue", "v"))


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("$tag_pc", "01"),
        ("[[tag_pc]]: $col", "01: mean"),
        ("$m", "host"),
        ("$measurement/[[m]]", "host/host"),
        ("PC", "PC"),
        ("$tag_gone.", "."),
        ("$mean", "$mean"),
    ],
)
def test_an_alias_names_a_series(alias, name):
    assert frames.from_answer(target(alias), CPU[:1])[0].columns[1].name == name


def test_a_table_has_time_then_tags_then_values():
    (found,) = frames.from_answer(target(table=True), CPU)
    assert rows(found) == {
        "Time": [1, 2, 1],
        "pc": ["01", "01", "02"],
        "venue": ["v", "v", "v"],
        "mean": [2.0, None, 5.0],
        "max": [3.0, 4.0, 6.0],
    }


def test_no_answer_is_no_frame():
    assert frames.from_answer(target(), []) == frames.from_answer(target(table=True), []) == []


def test_merge_joins_rows_that_agree_in_all_shared_columns():
    one = table("A", venue=["a", "b"], online=[1, 2])
    two = table("B", venue=["b", "c"], play=[3, 4])
    (found,) = frames.transform([one, two], [{"id": "merge", "options": {}}])
    assert rows(found) == {"venue": ["a", "b", "c"], "online": [1, 2, None], "play": [None, 3, 4]}


def test_merge_puts_a_row_into_each_that_it_agrees_with():
    """As Grafana's own does: checked with @grafana/data 11.6."""
    one = table("A", venue=["a", "a", "b"], reason=["doh", "vpn", "doh"])
    two = table("B", venue=["a", "c"], since=[60, 7])
    (found,) = frames.transform([one, two], [{"id": "merge", "options": {}}])
    assert rows(found) == {
        "venue": ["a", "a", "b", "c"],
        "reason": ["doh", "vpn", "doh", None],
        "since": [60, 60, None, 7],
    }


def group(**fields):
    kinds = {
        name: {"operation": "aggregate" if how else "groupby", "aggregations": [how] if how else []}
        for name, how in fields.items()
    }
    return [{"id": "groupBy", "options": {"fields": kinds}}]


def test_rows_that_are_alike_become_one_with_the_rest_reduced():
    one = table("A", Time=[3, 2, 1], venue=["a", "b", "a"], n=[1, 5, None], other=[0, 0, 0])
    (found,) = frames.transform([one], group(venue="", n="sum", Time="max"))
    assert rows(found) == {"venue": ["a", "b"], "n (sum)": [1, 5], "Time (max)": [3, 2]}


def test_nothing_to_reduce_is_nothing_and_an_unknown_way_an_error():
    assert frames.transform([], group(venue="", n="sum")) == []
    (found,) = frames.transform([table("A", venue=["a"], n=[None])], group(venue="", n="sum"))
    assert rows(found) == {"venue": ["a"], "n (sum)": [None]}
    with pytest.raises(ValueError, match="unknown calculation variance"):
        frames.transform([table("A", venue=["a"], n=[1])], group(venue="", n="variance"))


def test_merge_leaves_a_single_table_as_it_is():
    one = table("A", venue=["a"])
    assert frames.transform([one], [{"id": "merge", "options": {}}]) == [one]
    assert frames.transform([], [{"id": "merge", "options": {}}]) == []


def test_filter_and_organize_drop_order_and_rename():
    steps = [
        {"id": "filterFieldsByName", "options": {"exclude": {"names": ["Time"]}}},
        {
            "id": "organize",
            "options": {
                "excludeByName": {"b": True},
                "indexByName": {"c": 0, "a": 1},
                "renameByName": {"a": "A"},
            },
        },
    ]
    (found,) = frames.transform([table("A", Time=[0], a=[1], b=[2], c=[3], d=[4])], steps)
    assert rows(found) == {"c": [3], "A": [1], "d": [4]}


def test_a_transformation_that_is_not_known_is_an_error_and_no_silence():
    with pytest.raises(ValueError, match="unknown transformation rowsToFields"):
        frames.transform([], [{"id": "rowsToFields", "options": {}}])
