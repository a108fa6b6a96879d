"""InfluxDB's answers as series (influxql/buffered/response_parser.go), from a real InfluxDB."""

from datetime import UTC, datetime

import pytest

from alerts.engine.files import Range
from alerts.engine.frames import Frame, fill_in, frames, labels

T = 1_772_463_600  # 2026-03-02 22:00 in Vietnam
NOW = datetime.fromtimestamp(T, UTC)


@pytest.fixture
def ask(influx):
    influx.write(
        [
            f"games,venue=a,pc=1 n=1i,x=1.5 {T - 120}",
            f"games,venue=a,pc=1 n=2i,x=2.5 {T}",
            f"games,venue=b n=4i {T - 60}",
            f'presence,venue=a state="online",ok=true {T}',
        ]
    )

    def run(query, since=120):
        return frames(influx.raw(fill_in(query, Range(since, 0), NOW)))

    return run


def test_a_series_a_group_with_its_tags_as_labels_and_both_ends_included(ask):
    found = ask('SELECT sum("n") FROM "games" WHERE $timeFilter GROUP BY "venue", "pc"')
    assert {frame.labels: frame.values for frame in found} == {
        labels({"venue": "a", "pc": "1"}): (3.0,),
        labels({"venue": "b", "pc": ""}): (4.0,),  # a tag that is missing is an empty label
    }
    found = ask('SELECT sum("n") FROM "games" WHERE $timeFilter GROUP BY "venue"', since=119)
    assert {frame.labels: frame.values for frame in found}[("venue", "a"),] == (2.0,)


def test_nulls_of_a_time_grouping_stay_nulls(ask):
    found = ask('SELECT sum("n") FROM "games" WHERE $timeFilter GROUP BY time(1m), "venue"')
    assert found[0].values == (1.0, None, 2.0)
    assert found[0].times == tuple((T - ago) * 1000 for ago in (120, 60, 0))


def test_a_frame_a_column_so_two_columns_have_equal_labels(ask):
    found = ask('SELECT sum("n"), sum("x") FROM "games" WHERE $timeFilter GROUP BY "venue"')
    assert [frame.labels for frame in found if frame.labels == labels({"venue": "a"})] == [
        (("venue", "a"),)
    ] * 2


def test_texts_and_booleans_are_no_series(ask):
    assert ask('SELECT "state", "ok" FROM "presence" WHERE $timeFilter') == []


def test_without_tags_a_series_is_told_by_its_name(ask):
    assert ask('SELECT sum("n") FROM "games" WHERE $timeFilter') == [
        Frame((("__name__", "games.sum"),), (7.0,), ((T - 120) * 1000,))
    ]


def test_no_rows_are_no_series(ask):
    assert ask('SELECT sum("n") FROM "nothing" WHERE $timeFilter GROUP BY "venue"') == []


def test_macros_are_replaced_as_plain_text_in_grafanas_order():
    query = "$timeFilter $interval $__interval_ms $__interval"
    assert fill_in(query, Range(120, 60), NOW, 90_000) == (
        f"time >= {T - 120}000ms and time <= {T - 60}000ms 1m 90000 1m"
    )


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("", "games.sum"),
        ("played", "played"),
        ("$m of [[col]], $x", "games of sum, $x"),
        ("$measurement", "games"),
    ],
)
def test_an_alias_is_the_name_of_a_series_without_tags_and_never_a_label_beside_them(alias, name):
    row = {"name": "games", "columns": ["time", "sum"], "values": [[0, 7]]}
    assert frames({"series": [row]}, alias) == [Frame((("__name__", name),), (7.0,), (0,))]
    assert frames({"series": [row | {"tags": {"venue": "a"}}]}, alias)[0].labels == (("venue", "a"),)
